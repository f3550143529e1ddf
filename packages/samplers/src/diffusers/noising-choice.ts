import type { Named } from './sampler-choice.js';

/** The values of a Python call by name: a `scheduler_config.json`, or the arguments of `set_timesteps`. */
export type Kwargs = Readonly<Record<string, unknown>>;

/** A scheduler of diffusers, and how its levels are chosen. */
export interface SchedulerCall {
  /** The name of the class: `_class_name` in a `scheduler_config.json`. */
  readonly scheduler: string;
  readonly config: Kwargs;
  /** `num_inference_steps`, `timesteps`, `sigmas`, `mu` … */
  readonly setTimesteps: Kwargs;
}

/** The levels that a scheduler visits, in our names. */
export interface NoisingChoice {
  readonly schedule: Named;
  readonly spacing: Named;
  readonly steps: number;
  /** The scheduler goes from data to noise: it visits the levels from the last to the first. */
  readonly upwards: boolean;
}

/** How some classes of diffusers choose their levels. One file in `noising/`. */
export interface NoisingFamily {
  readonly classes: readonly string[];
  translate(call: SchedulerCall): NoisingChoice;
}
