import { appendFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UngrainError, type Tensor, type Value } from '@ungrain/core';
import { writeSafetensors } from '@ungrain/formats';
import { writeFileAtomic } from '@ungrain/formats/files';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.js';
import type { TrainingState, TrainingStep } from './trainer.js';

/** A run's settings, as JSON. */
export type RunDescription = Readonly<Record<string, unknown>>;

const CHECKPOINT = /^checkpoint-(\d+)\.safetensors$/;

/**
 * The folder of a training run: `recipe.json` (what is trained), `metrics.jsonl` (a line a step),
 * `checkpoint-STEP.safetensors` (the last few) and, at the end, `weights.safetensors`.
 */
export class RunFolder {
  constructor(readonly path: string) {}

  get weightsPath(): string {
    return join(this.path, 'weights.safetensors');
  }

  /** Begins a new run here. @throws UngrainError `run-exists` if there is one already */
  async create(description: RunDescription): Promise<void> {
    await mkdir(this.path, { recursive: true });
    if ((await readdir(this.path)).some((name) => name === 'recipe.json' || CHECKPOINT.test(name)))
      throw new UngrainError(
        'run-exists',
        `${this.path} already holds a training run; go on with it by --resume, or choose another folder.`,
      );
    await writeFileAtomic(join(this.path, 'recipe.json'), `${JSON.stringify(description, null, 2)}\n`);
  }

  /**
   * The newest checkpoint of the run here, or null if none was written yet.
   * @throws UngrainError `no-run` if there is no run, `other-run` if it has other settings
   */
  async open(description: RunDescription): Promise<TrainingState | null> {
    const recipe = await readFile(join(this.path, 'recipe.json'), 'utf8').catch(() => null);
    if (recipe === null)
      throw new UngrainError(
        'no-run',
        `${this.path} holds no training run to resume; leave out --resume to start one.`,
      );
    if (recipe !== `${JSON.stringify(description, null, 2)}\n`)
      throw new UngrainError(
        'other-run',
        `${this.path} holds a run with other settings (see its recipe.json); resume it with those, or choose another folder.`,
      );
    await this.removeUnfinished();
    const newest = (await this.checkpoints()).at(-1);
    if (!newest) return null;
    const state = await loadCheckpoint(join(this.path, newest));
    await this.forgetMetricsAfter(state.step);
    return state;
  }

  async addMetrics(step: TrainingStep & { readonly seconds: number }): Promise<void> {
    const { epoch, loss, meanLoss, learningRate, gradientNorm, seconds } = step;
    const line = { step: step.step, epoch, loss, meanLoss, learningRate, gradientNorm, seconds };
    await appendFile(join(this.path, 'metrics.jsonl'), `${JSON.stringify(line)}\n`);
  }

  /** Writes a checkpoint and deletes all but the newest `keep`. */
  async checkpoint(state: TrainingState, keep: number): Promise<void> {
    const name = `checkpoint-${String(state.step).padStart(7, '0')}.safetensors`;
    await saveCheckpoint(join(this.path, name), state);
    for (const old of (await this.checkpoints()).slice(0, -keep)) await rm(join(this.path, old));
  }

  async finish(weights: ReadonlyMap<string, Tensor>, metadata: ReadonlyMap<string, string>): Promise<void> {
    const values = new Map<string, Value>([...weights].map(([name, w]) => [name, { dtype: 'float32', ...w }]));
    await writeFileAtomic(this.weightsPath, writeSafetensors(values, metadata));
  }

  /** Oldest first. */
  private async checkpoints(): Promise<string[]> {
    return (await readdir(this.path)).filter((name) => CHECKPOINT.test(name)).sort();
  }

  /** What a killed run was writing. */
  private async removeUnfinished(): Promise<void> {
    for (const name of await readdir(this.path)) if (name.endsWith('.tmp')) await rm(join(this.path, name));
  }

  /** Lines of steps that a killed run did after its last checkpoint are written again. */
  private async forgetMetricsAfter(step: number): Promise<void> {
    const path = join(this.path, 'metrics.jsonl');
    const text = await readFile(path, 'utf8').catch(() => '');
    const kept = text.split('\n').filter((line) => {
      const match = /^\{"step":(\d+),.*\}$/.exec(line); // a cut last line does not match
      return match !== null && Number(match[1]) <= step;
    });
    await writeFileAtomic(path, kept.map((line) => `${line}\n`).join(''));
  }
}
