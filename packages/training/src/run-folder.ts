import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UngrainError, type Tensor, type Value } from '@ungrain/core';
import { writeSafetensors } from '@ungrain/formats';
import { inFolder, writeFileAtomic } from '@ungrain/formats/files';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.js';
import { MetricsFile } from './metrics.js';
import {
  formatDescription,
  parseDescription,
  requireSameRun,
  type RunDescription,
  type RunRecord,
} from './run-description.js';
import type { TrainedSoFar, TrainingState } from './trainer.js';

const CHECKPOINT = /^checkpoint-\d+\.safetensors$/;
const EPOCH_WEIGHTS = /^weights-epoch-(\d+)\.safetensors$/;

/**
 * The folder of a training run: `recipe.json` (what is trained, and by what programs), `metrics.jsonl` (a line a step),
 * `checkpoint-STEP.safetensors` (the last few), `weights-epoch-EPOCH.safetensors` (after some epochs) and, at the end,
 * `weights.safetensors`.
 */
export class RunFolder {
  readonly metrics: MetricsFile;

  constructor(readonly path: string) {
    this.metrics = new MetricsFile(join(path, 'metrics.jsonl'));
  }

  /** The weights at the end of the run. */
  get weightsPath(): string {
    return join(this.path, 'weights.safetensors');
  }

  /** The weights after so many epochs. */
  epochWeightsPath(epochs: number): string {
    return join(this.path, `weights-epoch-${String(epochs).padStart(4, '0')}.safetensors`);
  }

  /** After how many epochs weights were kept, in order. */
  async keptEpochs(): Promise<readonly number[]> {
    const epochs = (await readdir(this.path)).flatMap((name) => EPOCH_WEIGHTS.exec(name)?.slice(1) ?? []);
    return epochs.map(Number).sort((a, b) => a - b);
  }

  /** Begins a new run here. @throws UngrainError `run-exists` if there is one already */
  async create(record: RunRecord): Promise<void> {
    await inFolder(this.path, async () => {
      if ((await readdir(this.path)).some((name) => name === 'recipe.json' || CHECKPOINT.test(name)))
        throw new UngrainError(
          'run-exists',
          `${this.path} already holds a training run; go on with it by --resume, or choose another folder.`,
        );
      await this.describe(record);
    });
  }

  /** Writes down what the run is. */
  async describe(record: RunRecord): Promise<void> {
    await writeFileAtomic(this.recipePath, formatDescription(record));
  }

  /** What the run here is. @throws UngrainError `no-run` if there is none, `bad-run`, `other-format` */
  async record(): Promise<RunRecord> {
    const text = await readFile(this.recipePath, 'utf8').catch(() => null);
    if (text === null)
      throw new UngrainError('no-run', `${this.path} holds no training run; start one with --out ${this.path}.`);
    return parseDescription(text, this.recipePath);
  }

  /**
   * The newest checkpoint of the run here, or null if none was written yet.
   * @throws UngrainError `no-run` if there is no run, `other-run` if it or its checkpoint is of another one, `other-format`
   */
  async open(description: RunDescription): Promise<TrainingState | null> {
    requireSameRun(await this.record(), description, this.recipePath);
    const newest = (await this.checkpoints()).at(-1);
    const checkpoint = newest === undefined ? null : await this.checkpointOf(description, join(this.path, newest));
    await this.removeUnfinished();
    await this.metrics.forgetAfter(checkpoint?.step ?? 0);
    return checkpoint;
  }

  /** Writes a checkpoint and deletes all but the newest `keep`. */
  async checkpoint(state: TrainingState, run: RunDescription, keep: number): Promise<void> {
    await this.metrics.sync();
    const name = `checkpoint-${String(state.step).padStart(7, '0')}.safetensors`;
    const { recipe, settings, data } = run;
    await saveCheckpoint(join(this.path, name), state, { recipe, settings, data });
    for (const old of (await this.checkpoints()).slice(0, -keep)) await rm(join(this.path, old));
  }

  private get recipePath(): string {
    return join(this.path, 'recipe.json');
  }

  private async checkpointOf(description: RunDescription, path: string): Promise<TrainingState> {
    const { run, state } = await loadCheckpoint(path);
    requireSameRun(run, description, path);
    return state;
  }

  /** Oldest first. */
  private async checkpoints(): Promise<string[]> {
    return (await readdir(this.path)).filter((name) => CHECKPOINT.test(name)).sort();
  }

  /** What a killed run was writing. */
  private async removeUnfinished(): Promise<void> {
    for (const name of await readdir(this.path)) if (name.endsWith('.tmp')) await rm(join(this.path, name));
  }
}

/** Writes a network's weights, with what run they are of and how far it was. */
export async function saveWeights(
  path: string,
  weights: ReadonlyMap<string, Tensor>,
  { recipe, settings, data }: RunDescription,
  trained: TrainedSoFar,
): Promise<void> {
  const values = new Map<string, Value>([...weights].map(([name, w]) => [name, { dtype: 'float32', ...w }]));
  const metadata = new Map([
    ['run', formatDescription({ recipe, settings, data })],
    ['trained', JSON.stringify(trained)],
  ]);
  await writeFileAtomic(path, writeSafetensors(values, metadata));
}
