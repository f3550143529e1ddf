import { UngrainError } from '@ungrain/core';
import type { Engine } from '@ungrain/graph';
import { RunFolder, type RunDescription } from './run-folder.js';
import type { Task } from './task.js';
import { Trainer, type TrainingStep } from './trainer.js';

export interface TrainRunOptions {
  readonly task: Task;
  readonly engine: Engine;
  readonly seed: number;
  /** Where everything is written: see RunFolder. */
  readonly folder: string;
  /** What is trained, for `recipe.json`; a run is only resumed under the same description. */
  readonly description: RunDescription;
  /** Goes on from the newest checkpoint in the folder. */
  readonly resume?: boolean;
  /** Ends the run after this many steps in all; the task's epochs still decide the learning rates. */
  readonly maxSteps?: number | undefined;
  /** Steps between checkpoints. */
  readonly checkpointEvery?: number;
  /** Checkpoints kept. */
  readonly keep?: number;
  /** Stops the run after the current step, with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
}

/** A step with how fast the run is. */
export interface TrainRunStep extends TrainingStep {
  /** The last step of this run. */
  readonly lastStep: number;
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
}

/**
 * Trains a task in a folder, step by step, with checkpoints. A run that was killed and resumed ends with the same
 * weights, byte for byte, as one that never stopped.
 *
 * @throws UngrainError `aborted` after a checkpoint when the signal fires; `diverged` if the loss is no longer a number;
 * `run-exists`, `no-run`, `other-run`
 */
export async function* trainRun(options: TrainRunOptions): AsyncGenerator<TrainRunStep, void, void> {
  const {
    task,
    engine,
    seed,
    description,
    resume = false,
    maxSteps,
    checkpointEvery = 200,
    keep = 2,
    signal,
  } = options;
  const folder = new RunFolder(options.folder);
  if (!resume) await folder.create(description);
  const state = resume ? await folder.open(description) : null;
  const trainer = state ? await Trainer.resume(task, engine, state) : await Trainer.start(task, engine, seed);
  const lastStep = Math.min(trainer.totalSteps, maxSteps ?? Infinity);
  const first = state?.step ?? 0;
  const started = performance.now();
  try {
    if (first < lastStep)
      for await (const step of trainer.steps()) {
        if (!Number.isFinite(step.loss))
          throw new UngrainError(
            'diverged',
            `The loss became ${step.loss} at step ${step.step}; try a lower learning rate.`,
            'failure',
          );
        const seconds = (performance.now() - started) / 1000;
        const done = step.step === lastStep;
        await folder.addMetrics({ ...step, seconds: Number(seconds.toFixed(3)) });
        if (done || signal?.aborted || step.step % checkpointEvery === 0) await folder.checkpoint(trainer.save(), keep);
        const perStep = seconds / (step.step - first);
        yield {
          ...step,
          lastStep,
          imagesPerSecond: step.items / perStep,
          secondsLeft: (lastStep - step.step) * perStep,
        };
        if (done) break;
        if (signal?.aborted)
          throw new UngrainError(
            'aborted',
            `Stopped after step ${step.step} of ${lastStep}; go on with --resume --out ${options.folder}.`,
            'failure',
          );
      }
    await folder.finish(trainer.weights(), new Map([['description', JSON.stringify(description)]]));
  } finally {
    await trainer.dispose();
  }
}
