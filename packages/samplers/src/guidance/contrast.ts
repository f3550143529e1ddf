import type { Denoised, Denoiser, Query, RunContext, StepPoint } from '@ungrain/core';
import { z } from 'zod';
import { isWithin, windowOptions, type Window } from './window.js';

/** The strength of a guidance. The largest is far beyond use, so that slips of the keyboard are refused. */
export const scaleOption = (byDefault: number, help: string) =>
  z.number().min(0).max(1000).default(byDefault).describe(help);

export const baseOption = z
  .enum(['unconditional', 'conditional'])
  .default('unconditional')
  .describe(
    "What the scaled difference is added to. On 'conditional', the original paper's form, scale 0 is the model.",
  );
export type Base = z.output<typeof baseOption>;

/** What all guidances away from the model without its condition have in common. */
export const contrastOptions = {
  base: baseOption,
  negative: z.unknown().optional().describe('A condition to go away from, a class or a prompt, in place of none.'),
  ...windowOptions,
};

export interface ContrastOptions extends Window {
  readonly base: Base;
  readonly negative?: unknown;
}

/** w of cond + w·(cond − uncond), which either form comes to. At 0 it is the model as it is. */
export const stepAway = (scale: number, base: Base): number => (base === 'conditional' ? scale : scale - 1);

/** What the model says of a query with its condition, and without. */
export interface Contrast {
  readonly conditional: Denoised;
  readonly unconditional: Denoised;
  readonly query: Query;
  /** Which query of a call it is. */
  readonly index: number;
}

/**
 * Makes two questions of each, without its condition and with it, asked together in one call, and joins the answers.
 * Outside its window, and where `acts` says no, it is the model as it is, at the price of the model as it is.
 */
export async function contrast(
  { model, condition }: RunContext,
  { negative, ...window }: Pick<ContrastOptions, 'negative' | 'start' | 'stop'>,
  join: (contrast: Contrast, at: StepPoint) => Denoised,
  acts: (query: Query, at: StepPoint) => boolean = () => true,
): Promise<(inner: Denoiser) => Denoiser> {
  const instead = negative === undefined ? null : await condition(negative);
  const without = (query: Query): Query => ({
    ...query,
    conditions: query.conditions.map((one) => instead ?? model.unconditional(one)),
  });
  return (inner) => async (queries, at) => {
    if (!isWithin(window, at) || !queries.every((query) => acts(query, at))) return inner(queries, at);
    const answers = await inner([...queries.map(without), ...queries], at);
    return queries.map((query, index) => {
      const [unconditional, conditional] = [answers[index]!, answers[queries.length + index]!];
      return join({ conditional, unconditional, query, index }, at);
    });
  };
}
