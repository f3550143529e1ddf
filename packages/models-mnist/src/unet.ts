import { nn, ops, type Node } from '@ungrain/graph';

/** What the network is told besides the image: nothing, the time, or the time and the class. */
export type UnetKind = 'uncond' | 'time' | 'class';

/** The kinds of flow matching. */
export type FlowKind = Exclude<UnetKind, 'uncond'>;

export interface UnetOptions {
  readonly kind: UnetKind;
  /** D, the channels at full resolution. */
  readonly hidden: number;
}

export interface UnetInputs {
  /** Images [N, 1, 28, 28]. */
  readonly x: Node;
  /** Times [N, 1] in [0, 1]; 0 is pure noise. */
  readonly t?: Node;
  /** Classes as one-hot rows [N, 10]; a row of zeros is 'no class'. */
  readonly c?: Node;
}

export const CLASSES = 10;
export const IMAGE_SIZE = 28;

/**
 * The UNet of the course (CS180 project 5, part B), with the names and the order of states of its PyTorch twin.
 * It declares its states in `scope` and returns the function from inputs to the output [N, 1, 28, 28].
 */
export function unet(scope: nn.Scope, { kind, hidden: d }: UnetOptions): (inputs: UnetInputs) => Node {
  const initConv = convBlock(scope.at('init_conv'), 1, d);
  const down1 = downBlock(scope.at('down1'), d, d);
  const down2 = downBlock(scope.at('down2'), d, 2 * d);
  const unflatten = unflattenBlock(scope.at('unflatten'), 2 * d);
  const up1 = upBlock(scope.at('up1'), 4 * d, d);
  const up2 = upBlock(scope.at('up2'), 2 * d, d);
  const outBlock = convBlock(scope.at('out_block'), 2 * d, d);
  const outConv = nn.conv2d(scope.at('out_conv'), { in: d, out: 1, kernel: 3, padding: 1 });
  const condition = CONDITIONING[kind](scope, d);

  return (inputs) => {
    const [modulateDeep, modulateUpper] = condition(inputs);
    const skip0 = initConv(inputs.x);
    const skip1 = down1(skip0);
    const skip2 = down2(skip1);
    const deep = unflatten(ops.gelu(ops.mean(skip2, [2, 3], { keepDims: true })));
    const upper = up1(ops.concat([modulateDeep(deep), skip2], 1));
    const full = up2(ops.concat([modulateUpper(upper), skip1], 1));
    return outConv(outBlock(ops.concat([full, skip0], 1)));
  };
}

/** How time and class act on the features after `unflatten` (2D channels) and after `up1` (D channels). */
type Conditioning = (scope: nn.Scope, d: number) => (inputs: UnetInputs) => readonly [nn.Module, nn.Module];

const CONDITIONING: Record<UnetKind, Conditioning> = {
  uncond: () => () => [(deep) => deep, (upper) => upper],
  time: (scope, d) => {
    const deepTime = fcBlock(scope.at('fc1_t'), 1, 2 * d);
    const upperTime = fcBlock(scope.at('fc2_t'), 1, d);
    return ({ t }) => [(deep) => ops.multiply(deep, deepTime(t!)), (upper) => ops.multiply(upper, upperTime(t!))];
  },
  class: (scope, d) => {
    const deepTime = fcBlock(scope.at('fc1_t'), 1, 2 * d);
    const upperTime = fcBlock(scope.at('fc2_t'), 1, d);
    const deepClass = fcBlock(scope.at('fc1_c'), CLASSES, 2 * d);
    const upperClass = fcBlock(scope.at('fc2_c'), CLASSES, d);
    return ({ t, c }) => [
      (deep) => ops.add(ops.multiply(deep, deepClass(c!)), deepTime(t!)),
      (upper) => ops.add(ops.multiply(upper, upperClass(c!)), upperTime(t!)),
    ];
  },
};

function convBlock(scope: nn.Scope, channels: number, out: number): nn.Module {
  const conv1 = conv(scope.at('conv1'), channels, out);
  const conv2 = conv(scope.at('conv2'), out, out);
  return (x) => conv2(conv1(x));
}

function downBlock(scope: nn.Scope, channels: number, out: number): nn.Module {
  const down = conv(scope.at('down'), channels, out, 2);
  const block = convBlock(scope.at('block'), out, out);
  return (x) => block(down(x));
}

function upBlock(scope: nn.Scope, channels: number, out: number): nn.Module {
  const up = normalised(scope.at('up'), out, (at) =>
    nn.convTranspose2d(at, { in: channels, out, kernel: 4, stride: 2, padding: 1 }),
  );
  const block = convBlock(scope.at('block'), out, out);
  return (x) => block(up(x));
}

const conv = (scope: nn.Scope, channels: number, out: number, stride = 1): nn.Module =>
  normalised(scope, out, (at) => nn.conv2d(at, { in: channels, out, kernel: 3, stride, padding: 1 }));

const unflattenBlock = (scope: nn.Scope, channels: number): nn.Module =>
  normalised(scope, channels, (at) => nn.convTranspose2d(at, { in: channels, out: channels, kernel: 7, stride: 7 }));

/** Convolution → batch norm → GELU. */
function normalised(scope: nn.Scope, channels: number, convolution: (scope: nn.Scope) => nn.Module): nn.Module {
  const convolve = convolution(scope.at('conv'));
  const normalise = nn.batchNorm(scope.at('bn'), channels);
  return (x) => ops.gelu(normalise(convolve(x)));
}

/** Linear → GELU → Linear, as features [N, out, 1, 1] that broadcast over an image. */
function fcBlock(scope: nn.Scope, features: number, out: number): nn.Module {
  const fc1 = nn.linear(scope.at('fc1'), { in: features, out });
  const fc2 = nn.linear(scope.at('fc2'), { in: out, out });
  return (x) => {
    const y = fc2(ops.gelu(fc1(x)));
    return ops.reshape(y, [...y.shape, 1, 1]);
  };
}
