import { levelSchema, parseState, tensorSchema, type NoiseLevel, type State } from '@ungrain/core';
import { z } from 'zod';
import type { Estimate } from './exponential.js';
import { halfLogSnr } from './half-log-snr.js';

/** What a multistep method remembers, as a run saves it. */
export interface History {
  /** The estimates at the levels that were passed, the newest first. */
  readonly estimates: readonly Estimate[];
  /** How many of them the last step was made from. */
  readonly order: number;
}

const schema: z.ZodType<History> = z.strictObject({
  estimates: z.array(z.strictObject({ level: levelSchema, value: tensorSchema })).readonly(),
  order: z.int().min(0),
});

const EMPTY: History = { estimates: [], order: 0 };

/** @throws UngrainError `bad-state` */
export const readHistory = (state: State, sampler: string): History =>
  state === null ? EMPTY : parseState(schema, state, `Sampler '${sampler}'`);

export const saveHistory = ({ estimates, order }: History): State => ({
  estimates: estimates.map(({ level: { time, alpha, sigma }, value }) => ({ level: { time, alpha, sigma }, value })),
  order,
});

/**
 * The estimates with a new one in front, as many as are kept. Those that no polynomial in λ can use are left out: the new
 * one at clean data or at pure noise, where λ is infinite, and an old one at the same λ.
 */
export function remember(estimates: readonly Estimate[], newest: Estimate, kept: number): readonly Estimate[] {
  const lambda = halfLogSnr(newest.level);
  if (!Number.isFinite(lambda)) return [];
  const others = estimates.filter(({ level }: { readonly level: NoiseLevel }) => halfLogSnr(level) !== lambda);
  return [newest, ...others].slice(0, kept);
}
