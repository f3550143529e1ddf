import type { Guidance } from '@ungrain/core';
import { z } from 'zod';
import { createLooks, lookThrough } from './looks.js';

interface Widths {
  readonly sigma: number;
  readonly fine: number;
  readonly kernel: number;
  readonly size: number;
  readonly share: number;
}

/** The views whose parts make up the whole. */
const PART_VIEWS = {
  'low-high': ({ sigma, kernel }: Widths) =>
    ['low-pass', 'high-pass'].map((view) => `${view}:sigma=${sigma}:kernel=${kernel}`),
  triple: ({ sigma, fine, kernel }: Widths) =>
    ['low', 'medium', 'high'].map((band) => `band-pass:band=${band}:fine=${fine}:coarse=${sigma}:kernel=${kernel}`),
  'grey-colour': () => ['grey', 'colour'],
  motion: ({ size }: Widths) => ['motion', 'motion-rest'].map((view) => `${view}:size=${size}`),
  halves: ({ share }: Widths) => [share, 1 - share].map((factor) => `scale:factor=${factor}`),
} as const;

const PARTS = Object.keys(PART_VIEWS) as (keyof typeof PART_VIEWS)[];

const options = z
  .strictObject({
    parts: z.enum(PARTS).default('low-high').describe('What the image is made up of.'),
    conditions: z
      .array(z.unknown())
      .default([])
      .describe("What each part shows, in the order of its name; of three, low first. null is the sample's own."),
    sigma: z.number().positive().max(100).default(2).describe('Where low ends: deviation of the blur, in pixels.'),
    fine: z.number().positive().max(100).default(1).describe('Of a triple, where high begins.'),
    kernel: z.int().min(1).max(255).default(33).describe('Width of the blur in pixels, odd.'),
    size: z.int().min(1).max(255).default(7).describe('Of a motion, its pixels, odd.'),
    share: z.number().min(0).max(1).default(0.5).describe('Of halves, how much the first is.'),
  })
  .refine(({ parts, conditions, ...widths }) => [0, PART_VIEWS[parts](widths).length].includes(conditions.length), {
    error: 'there must be one for each part, or none',
    path: ['conditions'],
  });

/**
 * Hybrids: of the estimate for each condition a part is kept, and the parts make up the whole, as low and high frequencies do
 * in the course's section 1.9:
 *
 *   ε = low(ε(x, p₁)) + high(ε(x, p₂))
 *
 * Geng et al. 2024, "Factorized Diffusion: Perceptual Illusions by Noise Decomposition", eq. 4.
 */
export const hybridGuidance: Guidance<z.output<typeof options>> = {
  name: 'hybrid',
  summary: 'Hybrids: parts of one image, as from afar and from near, that show different things.',
  options,
  sets: 'condition',
  async create({ parts, conditions, ...widths }, context) {
    const views = PART_VIEWS[parts](widths);
    const looks = await createLooks(context, views, conditions, new Array<number>(views.length).fill(1));
    return { denoise: (inner) => (queries, at) => lookThrough(looks, inner, queries, at) };
  },
};
