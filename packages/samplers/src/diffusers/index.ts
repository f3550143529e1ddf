export { createSchedule, levelsOf } from './levels.js';
export type { Kwargs, NoisingChoice, SchedulerCall } from './noising-choice.js';
export { noisingOf } from './noising.js';
export type { Named, SamplerChoice } from './sampler-choice.js';
export { samplerOf } from './samplers.js';
