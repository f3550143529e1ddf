import type { z } from 'zod';

/** Something of the registry by name, with options, as a run's specification names it. */
export interface Named {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a scheduler of diffusers does in each step, as a run's specification says it. */
export interface SamplerChoice {
  readonly sampler: Named;
  readonly guidance?: readonly Named[];
}

/** A scheduler's settings and the arguments of `set_timesteps` and `step` in one object, to a sampler and guidance. */
export type TranslateSampler = (settings: Readonly<Record<string, unknown>>) => SamplerChoice;

/** A translation that first checks the settings it uses. */
export const translation =
  <S extends z.ZodType>(schema: S, translate: (settings: z.output<S>) => SamplerChoice): TranslateSampler =>
  (settings) =>
    translate(schema.parse(settings));
