import { createRegistry, parseOptions, straightPath, type NoiseLevel, type RunPlan } from '@ungrain/core';
import { failedCheck } from '@ungrain/core/parity';
import type { Named } from '../diffusers/sampler-choice.js';
import { samplerOf } from '../diffusers/samplers.js';
import { samplersPlugin } from '../plugin.js';
import { diffusersFile, PREDICTIONS, recordingOf, type DiffusersCase } from './diffusers-case.js';
import type { FileCheck } from './file-check.js';
import { readMixture, varianceFormula, type MixtureChoices } from './mixture.js';
import { replay } from './replay.js';

/** A family of diffusers' schedulers: each case's settings are translated to a run of ours, and that is replayed. */
export const checkDiffusers: FileCheck = async function* (source, path) {
  const { cases } = diffusersFile.parse(await source.json(path));
  const tensors = await source.tensors(path.replace(/json$/, 'safetensors'));
  const mixture = await readMixture(source);
  for (const entry of cases) {
    const name = `${path.replace(/\.json$/, '')} ${entry.name}`;
    try {
      yield* replay(planOf(entry, mixture), recordingOf(name, entry, tensors));
    } catch (error) {
      yield failedCheck(name, error instanceof Error ? error.message : String(error));
    }
  }
};

const registry = createRegistry([samplersPlugin]);

function planOf(entry: DiffusersCase, mixture: Awaited<ReturnType<typeof readMixture>>): RunPlan {
  const [rows = 1, ...sampleShape] = entry.shape;
  const schedule = straightPath;
  const { sampler, guidance = [] } = samplerOf(entry.scheduler, entry.config, entry.step_kwargs);
  return {
    model: mixture(schedule, sampleShape, { prediction: PREDICTIONS[entry.predicts], ...varianceOf(entry) }),
    schedule,
    levels: recordedLevels(entry),
    sampler: registry.samplers.get(sampler.name),
    samplerOptions: optionsOf('samplers', sampler),
    guidances: guidance.map((named) => ({
      guidance: registry.guidances.get(named.name),
      options: optionsOf('guidances', named),
    })),
    shape: entry.shape,
    conditions: new Array<undefined>(rows).fill(undefined),
  };
}

const optionsOf = (kind: 'samplers' | 'guidances', { name, options }: Named): unknown =>
  parseOptions(registry[kind].get(name).options, options, name);

/** The variance channels that stand beside the prediction, if there are any. */
function varianceOf({ variance_channel, config }: DiffusersCase): MixtureChoices {
  if (variance_channel === null) return {};
  const variance = config['variance_type'] === 'learned' ? 'learned' : 'learned-range';
  return { variance, rawVariance: varianceFormula(variance_channel) };
}

/** The levels at which the recorded model was called, and clean data. */
function recordedLevels({ call_alpha, call_sigma, timesteps }: DiffusersCase): readonly NoiseLevel[] {
  const levels = call_alpha.map((alpha, i) => ({ alpha, sigma: call_sigma[i]!, time: timesteps[i]! }));
  return [...levels, { time: -1, alpha: 1, sigma: 0 }];
}
