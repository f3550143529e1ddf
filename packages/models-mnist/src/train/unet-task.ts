import type { TorchGenerator, Value } from '@ungrain/core';
import { nn, trainStep, type Graph, type Optimizer } from '@ungrain/graph';
import type { LearningRate, Task } from '@ungrain/training';
import { objective, type ObjectiveOptions } from '../objective.js';
import { CLASSES, IMAGE_SIZE } from '../unet.js';
import { gatherImages, requireSize, type LabelledImages } from './images.js';

export interface UnetTaskOptions extends Omit<ObjectiveOptions, 'rows'> {
  readonly batchSize: number;
  readonly epochs: number;
  readonly optimizer: Optimizer;
  readonly learningRate: LearningRate;
  /** The share of images whose class is hidden, for classifier-free guidance; of `class` alone. */
  readonly pUncond?: number;
  readonly emaDecay?: number;
}

/**
 * A UNet on images of 28 × 28: see `objective` for what each kind learns. A batch draws its noise, then its times, then
 * which classes are hidden, each only where the network has them.
 *
 * @throws UngrainError `bad-data` if the images are of another size
 */
export function unetTask(data: LabelledImages, options: UnetTaskOptions): Task {
  requireSize(data, [IMAGE_SIZE, IMAGE_SIZE]);
  const { kind, pUncond = 0, optimizer, emaDecay, batchSize, epochs, learningRate } = options;
  const name = `unet-${kind}`;
  const average = emaDecay === undefined ? {} : { emaDecay };
  const build = (rows: number): { graph: Graph; declarations: readonly nn.Declaration[] } => {
    const scope = nn.Scope.root({ training: true });
    const { loss } = objective(scope, { ...options, rows });
    const { declarations, updates: buffers } = scope;
    return { declarations, graph: trainStep({ name, loss, declarations, buffers, optimizer, ...average }) };
  };

  return {
    name,
    items: data.labels.length,
    batchSize,
    epochs,
    declarations: build(1).declarations,
    optimizer,
    learningRate,
    ...average,
    trainGraph: (rows) => build(rows).graph,
    batch: (items, generator) => ({
      images: gatherImages(data, items),
      noise: { dtype: 'float32', ...generator.randn([items.length, 1, IMAGE_SIZE, IMAGE_SIZE]) },
      ...(kind !== 'uncond' && { t: { dtype: 'float32', ...generator.rand([items.length, 1]) } }),
      ...(kind === 'class' && { c: droppedClasses(data, items, pUncond, generator) }),
    }),
  };
}

/** One-hot rows [n, 10]; a class is kept where a uniform number is at least pUncond, else its row is zero. */
function droppedClasses(data: LabelledImages, items: Uint32Array, pUncond: number, generator: TorchGenerator): Value {
  const draws = generator.rand([items.length]).data;
  const rows = new Float32Array(items.length * CLASSES);
  items.forEach((item, row) => {
    if (draws[row]! >= Math.fround(pUncond)) rows[row * CLASSES + data.labels[item]!] = 1;
  });
  return { dtype: 'float32', data: rows, shape: [items.length, CLASSES] };
}
