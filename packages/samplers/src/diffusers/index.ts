export type { Kwargs, NoisingChoice, SchedulerCall } from './noising-choice.js';
export { createSchedule, levelsOf, noisingOf } from './noising.js';
export type { Named, SamplerChoice } from './sampler-choice.js';
export { samplerOf } from './samplers.js';
