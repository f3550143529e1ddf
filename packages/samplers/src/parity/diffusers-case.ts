import type { NoiseLevel, Prediction, Schedule } from '@ungrain/core';
import { z } from 'zod';
import { recorded, rowsOf, tensorsOf, type RecordedTensors } from './recorded-tensors.js';
import type { Recording } from './replay.js';

const number = z.union([z.number(), z.literal('inf').transform(() => Infinity)]);

const caseSchema = z.object({
  name: z.string(),
  /** The class in diffusers. */
  scheduler: z.string(),
  config: z.record(z.string(), z.unknown()),
  set_timesteps: z.record(z.string(), z.unknown()),
  step_kwargs: z.record(z.string(), z.unknown()),
  predicts: z.enum(['epsilon', 'sample', 'v_prediction', 'flow_prediction']),
  variance_channel: z.string().nullable(),
  space: z.string(),
  shape: z.array(z.int()),
  timesteps: z.array(number),
  call_alpha: z.array(number),
  call_sigma: z.array(number),
  noise_at_step: z.array(z.int()),
  /** SASolverScheduler's `tau_func`, which no config holds: a value from one time down to another, and 0 elsewhere. */
  tau: z.tuple([z.number(), z.number(), z.number()]).optional(),
  tolerance: z.object({ f64_rel: z.number(), f32_rel: z.number() }),
});

/** One run of a scheduler of diffusers, as the folder records it. */
export type DiffusersCase = z.output<typeof caseSchema>;

export const diffusersFile = z.object({ cases: z.array(caseSchema) });

export const PREDICTIONS: Readonly<Record<DiffusersCase['predicts'], Prediction>> = {
  epsilon: 'epsilon',
  sample: 'sample',
  v_prediction: 'v',
  flow_prediction: 'flow', // theirs is noise − data: the same with the other sign
};

/** In these spaces the state is x/α = data + σ·noise. */
const OVER_ALPHA = new Set(['ve', 'kdpm2', 'kdpm2a', 'dpmsde', 'edm', 'cosine']);

export function recordingOf(
  name: string,
  entry: DiffusersCase,
  tensors: RecordedTensors,
  schedule: Schedule,
): Recording {
  const noise = entry.noise_at_step.length > 0 ? tensorsOf(recorded(tensors, `${entry.name}/noise`, 'float32')) : [];
  return {
    name,
    states: rowsOf(recorded(tensors, `${entry.name}/x`, 'float64')),
    noise: entry.noise_at_step.map((after, i) => ({ after, value: noise[i]! })),
    ...(entry.scheduler === 'DDIMInverseScheduler' && { seen: ({ time }) => schedule.level(time) }),
    calls: entry.call_alpha.map((alpha, i) => ({ alpha, sigma: entry.call_sigma[i]! })),
    scale: OVER_ALPHA.has(entry.space) ? ({ alpha }: NoiseLevel) => alpha : () => 1,
    tolerance: { state: entry.tolerance.f32_rel, level: entry.tolerance.f64_rel },
  };
}
