import type { Tensor } from '@ungrain/core';
import { graph, input, nn, ops, type Engine, type Node } from '@ungrain/graph';
import { createInference } from './inference.js';
import { CLASSES, IMAGE_SIZE } from './unet.js';

/** The size of the judge's features: what it knows of an image just before naming a digit. */
export const JUDGE_FEATURES = 128;

/**
 * The judge's network, a small convolutional classifier of our own: [N, 1, 28, 28] in [0, 1] → features [N, 128] and
 * logits [N, 10].
 */
export function judgeNetwork(scope: nn.Scope): (x: Node) => { readonly features: Node; readonly logits: Node } {
  const blocks = [
    block(scope.at('block1'), 1, 16),
    block(scope.at('block2'), 16, 32, 2),
    block(scope.at('block3'), 32, 32),
    block(scope.at('block4'), 32, 64, 2),
  ];
  const side = IMAGE_SIZE / 4;
  const hidden = nn.linear(scope.at('hidden'), { in: 64 * side * side, out: JUDGE_FEATURES });
  const head = nn.linear(scope.at('head'), { in: JUDGE_FEATURES, out: CLASSES });
  return (x) => {
    const convolved = blocks.reduce((y, module) => module(y), x);
    const features = ops.gelu(hidden(ops.reshape(convolved, [x.shape[0]!, 64 * side * side])));
    return { features, logits: head(features) };
  };
}

function block(scope: nn.Scope, channels: number, out: number, stride = 1): nn.Module {
  const convolve = nn.conv2d(scope.at('conv'), { in: channels, out, kernel: 3, stride, padding: 1 });
  const normalise = nn.batchNorm(scope.at('bn'), out);
  return (x) => ops.gelu(normalise(convolve(x)));
}

/** What the judge says of images, row by row. */
export interface Verdicts {
  /** The digit it reads. */
  readonly digits: readonly number[];
  /** Its probabilities, [N, 10]. */
  readonly probabilities: Tensor;
  /** What it sees, [N, 128]: the space in which sets of images are compared. */
  readonly features: Tensor;
}

export interface Judge {
  /** Reads images [N, 1, 28, 28] in [0, 1]. */
  read(images: Tensor): Promise<Verdicts>;
  dispose(): Promise<void>;
}

/** The judge with its weights. @throws UngrainError `weights-mismatch` */
export async function createJudge(options: {
  readonly engine: Engine;
  readonly weights: ReadonlyMap<string, Tensor>;
}): Promise<Judge> {
  const build = (rows: number) => {
    const scope = nn.Scope.root({ training: false });
    const { features, logits } = judgeNetwork(scope)(input('x', [rows, 1, IMAGE_SIZE, IMAGE_SIZE]));
    const probabilities = ops.softmax(logits, -1);
    return { graph: graph('judge', { features, probabilities }), declarations: scope.declarations };
  };
  const network = await createInference({
    ...options,
    declarations: build(1).declarations,
    build: (rows) => build(rows).graph,
  });
  return {
    async read(x) {
      const { features, probabilities } = await network.run({ x });
      return { digits: mostLikely(probabilities!), probabilities: probabilities!, features: features! };
    },
    dispose: () => network.dispose(),
  };
}

function mostLikely({ data, shape: [rows, classes] }: Tensor): number[] {
  return Array.from({ length: rows! }, (_, row) => {
    const line = data.subarray(row * classes!, (row + 1) * classes!);
    return line.indexOf(Math.max(...line));
  });
}
