import type { TorchGenerator, Value } from '@ungrain/core';
import type { Graph, nn, Optimizer } from '@ungrain/graph';
import type { LearningRate } from './learning-rate.js';

/**
 * What is trained on what: the loop knows nothing of networks and images. A recipe makes one from its settings.
 */
export interface Task {
  readonly name: string;
  /** The number of training items, and how many of them a step sees. The last step of an epoch sees the rest. */
  readonly items: number;
  readonly batchSize: number;
  readonly epochs: number;
  /** Every state of the network, in the order in which its first values are drawn. */
  readonly declarations: readonly nn.Declaration[];
  readonly optimizer: Optimizer;
  readonly learningRate: LearningRate;
  /** An exponential moving average of the weights is kept with this decay. */
  readonly emaDecay?: number;
  /** The train step for batches of this size (see `trainStep` of @ungrain/graph), made once a size. */
  trainGraph(batchSize: number): Graph;
  /** The graph's inputs for these items; what is random is drawn from the run's one generator. */
  batch(items: Uint32Array, generator: TorchGenerator): Readonly<Record<string, Value>>;
}
