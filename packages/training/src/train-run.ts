import { UngrainError } from '@ungrain/core';
import type { Engine } from '@ungrain/graph';
import type { RunDescription } from './run-description.js';
import { RunFolder, saveWeights } from './run-folder.js';
import type { Task } from './task.js';
import { Trainer, type TrainingStep } from './trainer.js';

export interface TrainRunOptions {
  readonly task: Task;
  readonly engine: Engine;
  readonly seed: number;
  /** Where everything is written: see RunFolder. */
  readonly folder: string;
  /** What is trained; a run is only resumed under the same description. */
  readonly description: RunDescription;
  /** How the run's figures are to be drawn, for the record. */
  readonly drawing?: Readonly<Record<string, unknown>>;
  /** The programs at work, for the record. */
  readonly versions?: Readonly<Record<string, string>>;
  /** Goes on from the newest checkpoint in the folder. */
  readonly resume?: boolean;
  /** Ends the run after this many steps in all; the task's epochs still decide the learning rates. */
  readonly maxSteps?: number | undefined;
  /** Steps between checkpoints. */
  readonly checkpointEvery?: number;
  /** Seconds after which a checkpoint is due anyway: some networks take long over a step. */
  readonly checkpointSeconds?: number;
  /** Checkpoints kept. */
  readonly keep?: number;
  /** After these many epochs the weights are kept, too. */
  readonly keepEpochs?: readonly number[];
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
 * `run-exists`, `no-run`, `other-run`, `other-format`
 */
export async function* trainRun(options: TrainRunOptions): AsyncGenerator<TrainRunStep, void, void> {
  const { task, engine, seed, description, maxSteps, signal } = options;
  const { checkpointEvery = 200, checkpointSeconds = 300, keep = 2, keepEpochs = [] } = options;
  const folder = new RunFolder(options.folder);
  const state = await openFolder(folder, options);
  const before = (await folder.metrics.read()).at(-1)?.seconds ?? 0;
  const trainer = state ? await Trainer.resume(task, engine, state) : await Trainer.start(task, engine, seed);
  const lastStep = Math.min(trainer.totalSteps, maxSteps ?? Infinity);
  const first = state?.step ?? 0;
  const started = performance.now();
  let saved = started;
  const save = async (): Promise<void> => {
    await folder.checkpoint(trainer.save(), description, keep);
    saved = performance.now();
  };
  try {
    if (first < lastStep)
      for await (const step of trainer.steps()) {
        if (!Number.isFinite(step.loss))
          throw new UngrainError(
            'diverged',
            `The loss became ${step.loss} at step ${step.step}; try a lower learning rate.`,
            'failure',
          );
        const now = performance.now();
        const seconds = (now - started) / 1000;
        const done = step.step === lastStep;
        await folder.metrics.add({ ...step, seconds: Number((before + seconds).toFixed(3)) });
        if (step.endsEpoch && keepEpochs.includes(step.epoch + 1))
          await saveWeights(folder.epochWeightsPath(step.epoch + 1), trainer.weights(), description, trainer.trained);
        const due = step.step % checkpointEvery === 0 || (now - saved) / 1000 >= checkpointSeconds;
        if (due || done || signal?.aborted) await save();
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
    await saveWeights(folder.weightsPath, trainer.weights(), description, trainer.trained);
  } finally {
    await trainer.dispose();
  }
}

/** Makes the folder ready, writes down how the run is begun or resumed, and gives the state to go on from. */
async function openFolder(
  folder: RunFolder,
  { description, drawing = {}, versions = {}, resume = false }: TrainRunOptions,
) {
  const record = { ...description, drawing };
  if (!resume) {
    await folder.create({ ...record, sessions: [{ step: 0, versions }] });
    return null;
  }
  const state = await folder.open(description);
  const { sessions } = await folder.record();
  await folder.describe({ ...record, sessions: [...sessions, { step: state?.step ?? 0, versions }] });
  return state;
}
