import { createRegistry, linear, parseOptions, type Model, type RunPlan } from '@ungrain/core';
import { brokenCheck } from '@ungrain/core/parity';
import { levelsOf } from '../diffusers/levels.js';
import { noisingOf } from '../diffusers/noising.js';
import type { Named } from '../diffusers/sampler-choice.js';
import { samplerOf } from '../diffusers/samplers.js';
import { samplersPlugin } from '../plugin.js';
import { diffusersFile, PREDICTIONS, recordingOf, type DiffusersCase } from './diffusers-case.js';
import type { FileCheck } from './file-check.js';
import { readMixture, varianceFormula, type MixtureChoices } from './mixture.js';
import { replay } from './replay.js';

/** The families that are checked. */
export const DIFFUSERS_FILES = [
  'consistency',
  'cosine_dpm',
  'ddim',
  'ddim_inverse',
  'ddpm',
  'deis',
  'dpm_multistep',
  'dpm_multistep_inverse',
  'dpm_sde',
  'dpm_singlestep',
  'edm_dpm',
  'edm_euler',
  'euler',
  'euler_ancestral',
  'flow_ancestral_rf',
  'flow_euler',
  'flow_heun',
  'flow_lcm',
  'heun',
  'ipndm',
  'kdpm2',
  'kdpm2_ancestral',
  'lcm',
  'lms',
  'pndm',
  'sa_solver',
  'tcd',
  'unclip',
  'unipc',
].map((family) => `diffusers/${family}.json`);

/** A family of diffusers' schedulers: each case's settings are translated to a run of ours, and that is replayed. */
export const checkDiffusers: FileCheck = async function* (source, path) {
  const { cases } = diffusersFile.parse(await source.json(path));
  const tensors = await source.tensors(path.replace(/json$/, 'safetensors'));
  const mixture = await readMixture(source);
  for (const entry of cases) {
    const name = `${path.replace(/\.json$/, '')} ${entry.name}`;
    try {
      const plan = planOf(entry, mixture);
      yield* replay(plan, recordingOf(name, entry, tensors, plan.schedule));
    } catch (error) {
      yield brokenCheck(name, error);
    }
  }
};

const registry = createRegistry([samplersPlugin]);

function planOf(entry: DiffusersCase, mixture: Awaited<ReturnType<typeof readMixture>>): RunPlan {
  const [rows = 1, ...sampleShape] = entry.shape;
  const call = { scheduler: entry.scheduler, config: entry.config, setTimesteps: entry.set_timesteps };
  const { schedule, levels } = levelsOf(noisingOf(call));
  const { sampler, guidance = [] } = samplerOf(call, { ...entry.step_kwargs, ...(entry.tau && { tau: entry.tau }) });
  return {
    model: modelOf(entry, (choices) => mixture(schedule, sampleShape, choices)),
    schedule,
    levels,
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

/** The mixture, with what the case says of its output, read as the scheduler reads it. */
function modelOf(entry: DiffusersCase, mixture: (choices: MixtureChoices) => Model): Model {
  const told = entry.scheduler === 'DDIMInverseScheduler' ? 'time' : 'level';
  const model = mixture({ prediction: PREDICTIONS[entry.predicts], told, ...varianceOf(entry) });
  if (entry.scheduler !== 'IPNDMScheduler') return model;
  // It takes every output for v, of which it makes the noise.
  return {
    ...model,
    async predict(batch, signal) {
      const { alpha, sigma } = batch.levels[0]!;
      return linear([sigma, batch.x], [alpha, await model.predict(batch, signal)]);
    },
  };
}

/** The variance channels that stand beside the prediction, if there are any. */
function varianceOf({ variance_channel, config }: DiffusersCase): MixtureChoices {
  if (variance_channel === null) return {};
  const variance = config['variance_type'] === 'learned' ? 'learned' : 'learned-range';
  return { variance, rawVariance: varianceFormula(variance_channel) };
}
