import { UngrainError, type Spacing } from '@ungrain/core';
import { z } from 'zod';
import { levelOfRatio } from '../schedules/level-of-ratio.js';
import { end, thenEnd } from './end.js';
import { ratioOfShare } from './sigma-curve.js';

const options = z
  .strictObject({
    shift: z.number().positive().optional().describe('Multiplies σ/α of each level; 3 is that of SD 3.'),
    mu: z.number().min(-20).max(20).optional().describe('The logarithm of the shift, in its place.'),
    tokens: z
      .int()
      .min(1)
      .optional()
      .describe('The number of tokens of the image, from which FLUX has its shift: larger images need more noise.'),
    terminal: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .describe('Stretches the levels so that the last before clean data has this σ; LTX-Video has 0.1.'),
    first: z.number().gt(0).max(1).default(1).describe('σ of the first level before it is shifted.'),
    last: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .describe('σ of the last level before clean data, before it is shifted; one equal step above 0 if left out.'),
    end,
  })
  .refine(({ shift, mu, tokens }) => [shift, mu, tokens].filter((given) => given !== undefined).length <= 1, {
    error: 'only one of shift, mu and tokens can be given',
  });

/**
 * Equal steps of the σ of a flow, whose ratios σ/(1 − σ) are then multiplied: σ' = s·σ/(1 + (s − 1)·σ).
 * Esser et al. 2024, "Scaling Rectified Flow Transformers for High-Resolution Image Synthesis" (SD 3), eq. 23; the shift
 * is e^μ in FLUX. Being one of the log-SNR, it does for any schedule what it does for a flow (Hoogeboom et al. 2023,
 * "simple diffusion", eq. 4).
 */
export const shiftedSpacing: Spacing<z.output<typeof options>> = {
  name: 'shifted',
  summary: 'Equal steps of a flow, shifted towards noise as Stable Diffusion 3 and FLUX do for large images.',
  options,
  levels(schedule, steps, { shift, mu, tokens, terminal, first, last, end }) {
    const factor = shift ?? Math.exp(mu ?? (tokens === undefined ? 0 : muOf(tokens)));
    const lowest = last ?? first / steps;
    if (lowest > first || (steps > 1 && lowest === first))
      throw new UngrainError(
        'bad-range',
        `Spacing 'shifted' goes down from first to last, but from ${first} to ${lowest}.`,
      );
    const even = Array.from({ length: steps }, (_, i) => first + ((lowest - first) * i) / Math.max(1, steps - 1));
    const shares = stretched(
      even.map((share) => shiftedShare(share, factor)),
      terminal,
    );
    return thenEnd(
      schedule,
      shares.map((share) => levelOfRatio(schedule, ratioOfShare(share))),
      end,
    );
  },
};

/** The σ of a flow, with its ratio to α multiplied. */
export const shiftedShare = (share: number, shift: number): number => (shift * share) / (1 + (shift - 1) * share);

/** LTX-Video (HaCohen et al. 2024, in its code): 1 − σ is scaled so that the last σ is `terminal`. */
function stretched(shares: readonly number[], terminal: number | undefined): readonly number[] {
  const last = shares.at(-1)!;
  if (terminal === undefined || last === 1) return shares;
  return shares.map((share) => 1 - ((1 - share) * (1 - terminal)) / (1 - last));
}

/** Between what numbers of tokens FLUX (Black Forest Labs 2024, in its code) leads μ from one value to another. */
export interface MuRange {
  readonly fewTokens: number;
  readonly manyTokens: number;
  readonly fewMu: number;
  readonly manyMu: number;
}

const FLUX: MuRange = { fewTokens: 256, manyTokens: 4096, fewMu: 0.5, manyMu: 1.15 };

/** μ of an image: it grows linearly with the number of tokens, beyond the range too. */
export const muOf = (tokens: number, { fewTokens, manyTokens, fewMu, manyMu }: MuRange = FLUX): number =>
  fewMu + ((manyMu - fewMu) * (tokens - fewTokens)) / (manyTokens - fewTokens);
