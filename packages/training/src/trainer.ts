import {
  drawParameters,
  epochOrder,
  TorchGenerator,
  zeros,
  type Tensor,
  type TorchGeneratorState,
  type Value,
} from '@ungrain/core';
import { emaName, optimizerStates, scalarInput, type Engine, type Executable, type Store } from '@ungrain/graph';
import type { Task } from './task.js';

/** Where a run is: everything that, with the task, decides what follows. */
export interface TrainingState {
  /** Weights, running statistics, the optimizer's moments and the average of the weights, by name. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly generator: TorchGeneratorState;
  /** The order of this epoch's items; empty between epochs. */
  readonly order: Uint32Array;
  /** Steps done in all, and epochs finished. */
  readonly step: number;
  readonly epoch: number;
  /** Items of this epoch that were seen. */
  readonly position: number;
  /** The losses of up to the last 50 steps. */
  readonly recentLosses: readonly number[];
}

/** What is known after a step. */
export interface TrainingStep {
  /** Counts from 1. */
  readonly step: number;
  readonly totalSteps: number;
  readonly epoch: number;
  readonly endsEpoch: boolean;
  readonly loss: number;
  /** The mean loss of the last 50 steps. */
  readonly meanLoss: number;
  readonly learningRate: number;
  /** Before clipping; only where the task clips. */
  readonly gradientNorm?: number;
  readonly items: number;
}

/** How far a network was trained. */
export interface TrainedSoFar {
  readonly steps: number;
  /** Epochs that were finished. */
  readonly epochs: number;
  /** Was it stopped within an epoch? */
  readonly withinEpoch: boolean;
}

/** How many losses `meanLoss` spans. */
const RECENT = 50;

/**
 * A training run, step by step. The weights, the order of the data, and everything a task draws come from one
 * PyTorch-compatible generator in the order in which a PyTorch script would draw them: weights in declaration order,
 * then, each epoch, the data loader's draws, then each batch's.
 */
export class Trainer {
  private readonly executables = new Map<number, Executable>();
  private order: Uint32Array = new Uint32Array(0);
  private step = 0;
  private epoch = 0;
  private position = 0;
  private recentLosses: number[] = [];

  private constructor(
    private readonly task: Task,
    private readonly engine: Engine,
    private readonly store: Store,
    private readonly generator: TorchGenerator,
  ) {}

  /** A run from its beginning. */
  static async start(task: Task, engine: Engine, seed: number): Promise<Trainer> {
    const generator = new TorchGenerator(seed);
    const tensors = drawParameters(generator, task.declarations);
    if (task.emaDecay !== undefined)
      for (const { name, trained } of task.declarations) if (trained) tensors.set(emaName(name), tensors.get(name)!);
    for (const [name, shape] of optimizerStates(task.optimizer, task.declarations)) tensors.set(name, zeros(shape));
    return new Trainer(task, engine, await engine.store(tensors), generator);
  }

  /** A run from a saved state. It goes on exactly as the run that saved it would have. */
  static async resume(task: Task, engine: Engine, state: TrainingState): Promise<Trainer> {
    const generator = new TorchGenerator(0);
    generator.restore(state.generator);
    const trainer = new Trainer(task, engine, await engine.store(state.tensors), generator);
    trainer.order = state.order.slice();
    trainer.step = state.step;
    trainer.epoch = state.epoch;
    trainer.position = state.position;
    trainer.recentLosses = [...state.recentLosses];
    return trainer;
  }

  get totalSteps(): number {
    return this.task.epochs * Math.ceil(this.task.items / this.task.batchSize);
  }

  /** How far the run is. */
  get trained(): TrainedSoFar {
    return { steps: this.step, epochs: this.epoch, withinEpoch: this.position > 0 };
  }

  /** The rest of the run. It may be left after any step: `save` then says where it was. */
  async *steps(): AsyncGenerator<TrainingStep, void, void> {
    while (this.epoch < this.task.epochs) yield await this.next();
  }

  save(): TrainingState {
    return {
      tensors: this.tensors(),
      generator: this.generator.save(),
      order: this.order.slice(),
      step: this.step,
      epoch: this.epoch,
      position: this.position,
      recentLosses: [...this.recentLosses],
    };
  }

  /** The network's states as they are now; with `ema`, the averaged weights in place of the trained ones. */
  weights({ ema = this.task.emaDecay !== undefined } = {}): Map<string, Tensor> {
    return new Map(
      this.task.declarations.map(({ name, trained }) => [name, this.store.get(ema && trained ? emaName(name) : name)]),
    );
  }

  async dispose(): Promise<void> {
    for (const executable of this.executables.values()) await executable.dispose();
    this.executables.clear();
    this.store.dispose();
  }

  private tensors(): Map<string, Tensor> {
    return new Map(this.store.names().map((name) => [name, this.store.get(name)]));
  }

  private async next(): Promise<TrainingStep> {
    const { task, epoch } = this;
    if (this.position === 0) this.order = epochOrder(this.generator, task.items);
    const items = this.order.subarray(this.position, this.position + task.batchSize);
    const learningRate = task.learningRate(epoch);
    this.step += 1;
    const outputs = await (
      await this.executable(items.length)
    ).run(this.store, {
      ...task.batch(items, this.generator),
      ...scalarInputs(task.optimizer.scalars(this.step, learningRate)),
    });

    this.position += items.length;
    const endsEpoch = this.position >= task.items;
    if (endsEpoch) {
      this.epoch += 1;
      this.position = 0;
      this.order = new Uint32Array(0);
    }
    const loss = Number(outputs.loss!.data[0]);
    this.recentLosses = [...this.recentLosses, loss].slice(-RECENT);
    const gradientNorm = outputs.gradientNorm?.data[0];
    return {
      step: this.step,
      totalSteps: this.totalSteps,
      epoch,
      endsEpoch,
      loss,
      meanLoss: this.recentLosses.reduce((a, b) => a + b, 0) / this.recentLosses.length,
      learningRate,
      ...(gradientNorm !== undefined && { gradientNorm: Number(gradientNorm) }),
      items: items.length,
    };
  }

  private async executable(batchSize: number): Promise<Executable> {
    const known = this.executables.get(batchSize);
    if (known) return known;
    const compiled = await this.engine.compile(this.task.trainGraph(batchSize));
    this.executables.set(batchSize, compiled);
    return compiled;
  }
}

const scalarInputs = (scalars: Readonly<Record<string, number>>): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(scalars).map(([name, value]) => [
      scalarInput(name),
      { dtype: 'float32', data: Float32Array.of(value), shape: [] },
    ]),
  );
