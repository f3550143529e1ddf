import { recordedNoise, run, zeros, type Model, type RunPlan, type Tensor } from '@ungrain/core';
import { brokenCheck, failedCheck, type ParityCheck } from '@ungrain/core/parity';
import { compareState, startAt } from './replay.js';

/** A question to the model: x = data + σ·noise. */
export interface RecordedCall {
  readonly sigma: number;
  readonly x: Float64Array;
}

/** A run of another library by its questions to the model, in x/α. */
export interface CallRecording {
  readonly name: string;
  readonly start: Float64Array;
  readonly calls: readonly RecordedCall[];
  readonly final: Float64Array;
  /** By the key that our sampler asks for. */
  readonly noise: ReadonlyMap<string, Tensor>;
  /** Relative to max(1, …): of σ and x at each call, and of the end. */
  readonly tolerance: { readonly level: number; readonly call: number; readonly final: number };
}

/**
 * Runs a plan from the recorded start and with the recorded noise, and compares what the model was asked about, question
 * by question, and where the run ends.
 */
export async function* replayCalls(plan: RunPlan, recording: CallRecording): AsyncIterable<ParityCheck> {
  const { name, calls, tolerance } = recording;
  const asked: { readonly x: Tensor; readonly alpha: number; readonly sigma: number }[] = [];
  const model: Model = {
    ...plan.model,
    predict(batch, signal) {
      const { alpha, sigma } = batch.levels[0]!;
      asked.push({ x: batch.x, alpha, sigma });
      return plan.model.predict(batch, signal);
    },
  };
  const noise = recordedNoise(new Map([...recording.noise, ['start/0/0', zeros(plan.shape)]]));
  const guidances = [...plan.guidances, startAt(recording.start, plan.levels[0]!.alpha)];
  let last: { readonly x: Tensor; readonly alpha: number } | undefined;
  try {
    for await (const { x, to } of run({ ...plan, model, guidances, noise })) last = { x, alpha: to.alpha };
  } catch (error) {
    yield brokenCheck(name, error);
    return;
  }
  if (asked.length !== calls.length)
    yield failedCheck(`${name} calls`, `${asked.length} calls of the model instead of ${calls.length}`);
  for (const [i, { x, sigma }] of calls.slice(0, asked.length).entries()) {
    const ours = asked[i]!;
    const error = Math.abs(ours.sigma / ours.alpha - sigma) / Math.max(1, sigma);
    yield { name: `${name} call ${i + 1} level`, error, tolerance: tolerance.level };
    yield compareState(`${name} call ${i + 1}`, ours.x, ours.alpha, x, tolerance.call);
  }
  yield compareState(`${name} final`, last!.x, last!.alpha, recording.final, tolerance.final);
}
