import type { TorchGenerator, Value } from '@ungrain/core';
import { nn, trainStep, type Graph, type Optimizer } from '@ungrain/graph';
import type { LearningRate, Task } from '@ungrain/training';
import { objective } from '../objective.js';
import { CLASSES, IMAGE_SIZE, type UnetKind } from '../unet.js';
import { gatherImages, type LabelledImages } from './images.js';

export interface FlowTaskOptions {
  readonly kind: Exclude<UnetKind, 'uncond'>;
  readonly hidden: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly optimizer: Optimizer;
  readonly learningRate: LearningRate;
  /** The share of images whose class is hidden, for classifier-free guidance. */
  readonly pUncond: number;
  readonly emaDecay?: number;
}

/** Flow matching on MNIST: see `objective`. A batch draws its noise, then its times, then which classes are hidden. */
export function flowTask(data: LabelledImages, options: FlowTaskOptions): Task {
  const { kind, hidden, pUncond, optimizer, emaDecay } = options;
  const build = (rows: number): { graph: Graph; declarations: readonly nn.Declaration[] } => {
    const scope = nn.Scope.root({ training: true });
    const { loss } = objective(scope, { kind, hidden, rows });
    const declarations = scope.declarations;
    const average = emaDecay === undefined ? {} : { emaDecay };
    const buffers = scope.updates;
    return {
      declarations,
      graph: trainStep({ name: `flow-${kind}`, loss, declarations, buffers, optimizer, ...average }),
    };
  };

  return {
    name: `flow-${kind}`,
    items: data.labels.length,
    batchSize: options.batchSize,
    epochs: options.epochs,
    declarations: build(1).declarations,
    optimizer,
    learningRate: options.learningRate,
    ...(emaDecay !== undefined && { emaDecay }),
    trainGraph: (rows) => build(rows).graph,
    batch: (items, generator) => ({
      images: gatherImages(data, items),
      noise: { dtype: 'float32', ...generator.randn([items.length, 1, IMAGE_SIZE, IMAGE_SIZE]) },
      t: { dtype: 'float32', ...generator.rand([items.length, 1]) },
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
