import { createRegistry, parseOptions, straightPath, type NoiseLevel, type RunPlan, type Tensor } from '@ungrain/core';
import { brokenCheck } from '@ungrain/core/parity';
import { z } from 'zod';
import { samplersPlugin } from '../plugin.js';
import type { FileCheck } from './file-check.js';
import { drawsFirst, kDiffusionSampler } from './k-diffusion-samplers.js';
import { readMixture } from './mixture.js';
import { recorded, rowsOf, tensorsOf, type RecordedTensors } from './recorded-tensors.js';
import { replayCalls, type CallRecording, type RecordedCall } from './replay-calls.js';

const caseSchema = z.object({
  name: z.string(),
  /** In k-diffusion's `sampling`. */
  function: z.string(),
  kwargs: z.record(z.string(), z.unknown()),
  arguments: z.union([
    z.object({ sigmas: z.array(z.number()).min(2) }),
    z.object({ sigma_min: z.number(), sigma_max: z.number(), n: z.int().optional() }),
  ]),
  shape: z.array(z.int()),
  model_call_sigmas: z.array(z.number()),
  /** The step of each draw, as the callbacks count them. */
  noise_after_callback: z.array(z.int()),
  tolerance: z.object({ f32_rel: z.number(), f64_rel: z.number() }),
});
type Case = z.output<typeof caseSchema>;

const fileSchema = z.object({ cases: z.array(caseSchema) });

/** The functions of k-diffusion, call for call of the model. */
export const checkKDiffusion: FileCheck = async function* (source, path) {
  const { cases } = fileSchema.parse(await source.json(path));
  const tensors = await source.tensors(path.replace(/json$/, 'safetensors'));
  const mixture = await readMixture(source);
  for (const entry of cases) {
    const name = `${path.replace(/\.json$/, '')} ${entry.name}`;
    try {
      const plan = { ...planOf(entry), model: mixture(straightPath, entry.shape.slice(1)) };
      yield* replayCalls(plan, recordingOf(name, entry, tensors));
    } catch (error) {
      yield brokenCheck(name, error);
    }
  }
};

/**
 * Their step sizes follow from errors that are, where steps are small, almost all float32's rounding: the way there is not
 * the same to many digits, the number of steps and the end are.
 */
const SENSITIVE = 0.01;
const ADAPTIVE = new Set(['sample_dpm_adaptive']);

const registry = createRegistry([samplersPlugin]);

function planOf(entry: Case): Omit<RunPlan, 'model'> {
  const { name, options } = kDiffusionSampler(entry.function, { ...entry.arguments, ...entry.kwargs });
  const sampler = registry.samplers.get(name);
  return {
    schedule: straightPath,
    levels: levelsOf(entry),
    sampler,
    samplerOptions: parseOptions(sampler.options, options, name),
    guidances: [],
    shape: entry.shape,
    conditions: new Array<undefined>(entry.shape[0] ?? 1).fill(undefined),
  };
}

/** k-diffusion's x is data + σ·noise. */
const levelOf = (sigma: number): NoiseLevel => ({ time: sigma, alpha: 1, sigma });

/** Those of `dpm_fast` are uniform in log σ, as many as make n model calls; `dpm_adaptive` has but two. */
function levelsOf({ arguments: given }: Case): readonly NoiseLevel[] {
  if ('sigmas' in given) return given.sigmas.map(levelOf);
  const { sigma_max, sigma_min, n } = given;
  const steps = n === undefined ? 1 : Math.floor(n / 3) + 1;
  return Array.from({ length: steps + 1 }, (_, i) => levelOf(sigma_max * (sigma_min / sigma_max) ** (i / steps)));
}

function recordingOf(name: string, entry: Case, tensors: RecordedTensors): CallRecording {
  const get = (tensor: string) => recorded(tensors, `${entry.name}/${tensor}`, 'float64');
  const states = rowsOf(get(tensors.has(`${entry.name}/call_x`) ? 'call_x' : 'callback_x'));
  const { f32_rel, f64_rel } = entry.tolerance;
  const calls = entry.model_call_sigmas.map((sigma, i) => ({ sigma, x: states[i]! }));
  return {
    name,
    start: get('x_init').data,
    calls: withoutRepeats(calls),
    final: get('final').data,
    noise: noiseOf(entry, tensors),
    tolerance: ADAPTIVE.has(entry.function)
      ? { level: SENSITIVE, call: SENSITIVE, final: f32_rel }
      : { level: f64_rel, call: f32_rel, final: f32_rel },
  };
}

/** Without the calls about a state that was asked about before: an adaptive step that was too large begins anew. */
const withoutRepeats = (calls: readonly RecordedCall[]): readonly RecordedCall[] =>
  calls.filter(
    ({ sigma, x }, i) =>
      !calls.slice(0, i).some((before) => before.sigma === sigma && before.x.every((value, k) => value === x[k])),
  );

/** By the key that our samplers ask for. An adaptive run is one step of ours, whatever its callbacks count. */
function noiseOf({ name, function: sampler, noise_after_callback: after }: Case, tensors: RecordedTensors) {
  const noise = new Map<string, Tensor>();
  if (after.length === 0) return noise;
  const draws = tensorsOf(recorded(tensors, `${name}/noise`, 'float32'));
  const steps = after.map((callback, i) => {
    if (ADAPTIVE.has(sampler)) return 0;
    return drawsFirst(sampler) ? i : callback;
  });
  steps.forEach((step, i) => {
    const draw = steps.slice(0, i).filter((other) => other === step).length;
    noise.set(`sampler/${step}/${draw}`, draws[i]!);
  });
  return noise;
}
