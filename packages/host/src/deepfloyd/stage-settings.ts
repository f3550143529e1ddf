import { UngrainError, type Model, type Schedule } from '@ungrain/core';
import { createSchedule, noisingOf, samplerOf } from '@ungrain/samplers/diffusers';
import { z } from 'zod';

const schedulerSchema = z.looseObject({ _class_name: z.string() });

/** How a stage is sampled where nobody says how. */
export interface StageDefaults {
  readonly steps: number;
  /** γ of classifier-free guidance. */
  readonly scale: number;
}

/** Those of diffusers' IFPipeline and IFSuperResolutionPipeline. */
export const STAGE_DEFAULTS = {
  stage1: { steps: 100, scale: 7 },
  stage2: { steps: 50, scale: 4 },
} as const satisfies Readonly<Record<string, StageDefaults>>;

/** Levels that a model was trained on, and how it is sampled. */
export interface StageSettings {
  readonly schedule: Schedule;
  readonly defaults: Model['defaults'];
}

/**
 * What the scheduler of a diffusers folder stands for: its schedule and spacing, its sampler, and what it does to the
 * estimate of the data, which wraps classifier-free guidance.
 *
 * @param config of `scheduler/scheduler_config.json`
 * @param where for messages
 * @throws UngrainError `bad-config`, `unknown-scheduler`
 */
export function stageSettings(config: unknown, { steps, scale }: StageDefaults, where: string): StageSettings {
  const parsed = schedulerSchema.safeParse(config);
  if (!parsed.success) throw new UngrainError('bad-config', `${where} is no config of a scheduler.`, 'failure');
  const { _class_name: scheduler, ...settings } = parsed.data;
  const call = { scheduler, config: settings, setTimesteps: { num_inference_steps: steps } };
  const { schedule, spacing } = noisingOf(call);
  const { sampler, guidance = [] } = samplerOf(call);
  return {
    // The variance that IF learned is a place between two bounds, and the lower depends on how 1 − ᾱ was rounded.
    schedule: createSchedule({ ...schedule, options: { ...schedule.options, precision: 'single' } }),
    defaults: { sampler, spacing, steps, guidance: [...guidance, { name: 'cfg', options: { scale } }] },
  };
}
