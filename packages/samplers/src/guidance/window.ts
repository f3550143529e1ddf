import type { StepPoint } from '@ungrain/core';
import { z } from 'zod';

/** During which part of a run's steps a guidance acts. */
export interface Window {
  readonly start: number;
  readonly stop: number;
}

const share = (byDefault: number, help: string) => z.number().min(0).max(1).default(byDefault).describe(help);

/** The options of guidances that may act during a part of the steps. Wrap the schema in `windowed`. */
export const windowOptions = {
  start: share(0, 'The share of the steps that goes by before it acts.'),
  stop: share(1, 'The share of the steps after which it no longer acts.'),
};

/** A schema with `windowOptions` that refuses a start beyond its stop. */
export const windowed = <S extends z.ZodType<Window>>(schema: S): S =>
  schema.refine(({ start, stop }) => start <= stop, { error: 'it comes before start', path: ['stop'] });

/** Is a step within? Of n steps the first is ⌊start·n⌋, the first beyond ⌊stop·n⌋. */
export function isWithin({ start, stop }: Window, { index, total, progress }: StepPoint): boolean {
  if (total === null) return start <= progress && progress < stop;
  return Math.floor(start * total) <= index && index < Math.floor(stop * total);
}
