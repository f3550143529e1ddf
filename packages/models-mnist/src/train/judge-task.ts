import { input, nn, ops, trainStep, type Optimizer } from '@ungrain/graph';
import type { LearningRate, Task } from '@ungrain/training';
import { judgeNetwork } from '../judge.js';
import { IMAGE_SIZE } from '../unet.js';
import { gatherImages, requireSize, type LabelledImages } from './images.js';

export interface JudgeTaskOptions {
  readonly batchSize: number;
  readonly epochs: number;
  readonly optimizer: Optimizer;
  readonly learningRate: LearningRate;
}

/** The judge learns the digits' classes by cross entropy. @throws UngrainError `bad-data` if the images are of another size */
export function judgeTask(
  data: LabelledImages,
  { batchSize, epochs, optimizer, learningRate }: JudgeTaskOptions,
): Task {
  requireSize(data, [IMAGE_SIZE, IMAGE_SIZE]);
  const build = (rows: number) => {
    const scope = nn.Scope.root({ training: true });
    const { logits } = judgeNetwork(scope)(input('images', [rows, 1, IMAGE_SIZE, IMAGE_SIZE]));
    const loss = ops.crossEntropy(logits, input('labels', [rows], 'int64'));
    const declarations = scope.declarations;
    const graph = trainStep({ name: 'judge', loss, declarations, buffers: scope.updates, optimizer });
    return { graph, declarations };
  };
  return {
    name: 'judge',
    items: data.labels.length,
    batchSize,
    epochs,
    declarations: build(1).declarations,
    optimizer,
    learningRate,
    trainGraph: (rows) => build(rows).graph,
    batch: (items) => ({
      images: gatherImages(data, items),
      labels: {
        dtype: 'int64',
        data: BigInt64Array.from(items, (item) => BigInt(data.labels[item]!)),
        shape: [items.length],
      },
    }),
  };
}
