import type { Shape } from '@ungrain/core';
import type { Node } from '../../node.js';
import { BLOCKED_DOMAIN } from '../../onnx/blocked-domain.js';
import type { Emitter } from '../../onnx/emitter.js';
import { apply, refuse, requireFloat, requireRank, type Operator } from '../../operator.js';
import { paddedSize, type PaddedConvolutionAttributes } from '../padded-conv2d.js';
import { declaredShape } from './layout.js';

export interface BlockedConvolutionAttributes extends PaddedConvolutionAttributes {
  readonly block: number;
  /** The kernel is turned by 180° first. */
  readonly turned?: boolean;
}

/**
 * 2-D cross-correlation in blocks of channels: x [N, C/b, H, W, b], or [N, C, H, W] where there are fewer than b
 * channels, weight [O, C, kh, kw], optional bias [O]. The result [N, ⌈O/b⌉, H′, W′, b] has zeros where O does not fill
 * the last block.
 */
export const blockedConv2dOperator: Operator<BlockedConvolutionAttributes> = {
  name: 'blockedConv2d',
  infer: (inputs, attributes) => {
    const { block } = attributes;
    requireFloat('blockedConv2d', inputs);
    requireRank('blockedConv2d', inputs, 1, 4);
    const [x, weight] = inputs.map(({ shape }) => shape);
    const [n, channels, height, width] = (x!.length === 5 ? declaredShape(x!) : x!) as [number, number, number, number];
    const [out, expected, kh, kw] = weight!;
    if (channels !== expected || (x!.length === 5 ? x![4] !== block : channels >= block))
      throw refuse('blockedConv2d', inputs, `these do not fit together in blocks of ${block}`);
    const sizes = paddedSize([height, width], [kh!, kw!], attributes);
    return { shape: [n, Math.ceil(out! / block), ...sizes, block] };
  },
  noGradient: 'it is made once gradients are known',
  onnx: (emit, [x, weight, bias], node, { block, stride, dilation, pads, turned = false }) => {
    const [input, kernel] = node.inputs.map(({ shape }) => shape);
    const out = kernel![0]!;
    const filled = node.shape[1]! * block;
    const fill = (name: string, rank: number): string =>
      filled === out ? name : emit.node('Pad', [name, emit.ints([...zeros(rank), filled - out, ...zeros(rank - 1)])]);
    const operands = [
      input!.length === 5 ? emit.node('Reshape', [x!, emit.ints(declaredShape(input!))]) : x!,
      blockedWeight(emit, fill(weight!, 4), [filled, ...kernel!.slice(1)], block, turned),
    ];
    if (bias) operands.push(fill(bias, 1));
    const attributes = {
      kernel_shape: kernel!.slice(2),
      strides: stride,
      pads,
      dilations: dilation,
      group: 1,
    };
    return emit.node('Reshape', [emit.node('Conv', operands, attributes, BLOCKED_DOMAIN), emit.ints(node.shape)]);
  },
};

const zeros = (count: number): number[] => new Array<number>(count).fill(0);

/**
 * [O, C, kh, kw] with both channels blocked, [O/b, C/b, kh, kw, b, b] (input channels first), or only O where C < b. Each step
 * moves one axis or whole blocks: ONNX Runtime is several times slower where both are asked for at once.
 */
function blockedWeight(
  emit: Emitter,
  weight: string,
  [out, channels, kh, kw]: Shape,
  block: number,
  turned: boolean,
): string {
  const declared = emit.ints([out!, channels!, kh!, kw!]);
  const taps = kh! * kw!;
  const rows = emit.node('Reshape', [weight, emit.ints([out! / block, block, channels! * taps])]);
  const outputsLast = emit.node('Transpose', [rows], { perm: [0, 2, 1] });
  if (channels! < block) return emit.node('Reshape', [outputsLast, declared]);
  const blocks = emit.node('Reshape', [outputsLast, emit.ints([(out! * channels!) / block ** 2, block, taps, block])]);
  const byTap = emit.node('Transpose', [blocks], { perm: [0, 2, 1, 3] });
  const backwards = Array.from({ length: taps }, (_, i) => taps - 1 - i);
  const ordered = turned ? emit.node('Gather', [byTap, emit.ints(backwards)], { axis: 1 }) : byTap;
  return emit.node('Reshape', [ordered, declared]);
}

/** 2-D cross-correlation of a blocked `x` with `weight` [O, C, kh, kw], plus `bias` [O]. */
export const blockedConv2d = (
  x: Node,
  weight: Node,
  bias: Node | null,
  attributes: BlockedConvolutionAttributes,
): Node => apply(blockedConv2dOperator, bias ? [x, weight, bias] : [x, weight], attributes);
