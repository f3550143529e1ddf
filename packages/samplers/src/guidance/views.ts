import type { Guidance } from '@ungrain/core';
import { z } from 'zod';
import { createLooks, lookThrough } from './looks.js';

const options = z
  .strictObject({
    views: z
      .array(z.string().min(1))
      .min(1)
      .max(32)
      .default(['identity', 'rotate180'])
      .describe('How the image is looked at: see the list of views.'),
    conditions: z
      .array(z.unknown())
      .default([])
      .describe("What each view shows, a class or a prompt; null is the sample's own. Left out, all show that."),
    weights: z.array(z.number().min(0).max(1000)).default([]).describe('Of each view; equal if left out.'),
    reduction: z
      .enum(['mean', 'sum', 'alternate'])
      .default('mean')
      .describe(
        'mean: of all estimates; sum: for views that are parts of a whole; alternate: one view a step, in turn.',
      ),
  })
  .refine(({ views, conditions }) => [0, views.length].includes(conditions.length), {
    error: 'there must be one for each view, or none',
    path: ['conditions'],
  })
  .refine(({ views, weights }) => [0, views.length].includes(weights.length), {
    error: 'there must be one for each view, or none',
    path: ['weights'],
  })
  .refine(({ weights }) => weights.length === 0 || weights.some((weight) => weight > 0), {
    error: 'one of them must be above 0',
    path: ['weights'],
  })
  .refine(({ weights, reduction }) => weights.length === 0 || reduction !== 'alternate', {
    error: 'views that alternate have none',
    path: ['weights'],
  });

/**
 * Anagrams: the image is looked at in several views, each for a condition of its own, and the estimates come back and are
 * averaged. With two views and a flip it is the course's section 1.8:
 *
 *   ε = ½·(ε(x, p₁) + flip(ε(flip(x), p₂)))
 *
 * Geng et al. 2024, "Visual Anagrams: Generating Multi-View Optical Illusions with Diffusion Models", eq. 2.
 */
export const viewsGuidance: Guidance<z.output<typeof options>> = {
  name: 'views',
  summary: 'Anagrams: one image that shows something else in each of several views.',
  options,
  sets: 'condition',
  async create({ views, conditions, weights, reduction }, context) {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const shares = views.map((_, i) => (reduction === 'mean' ? 1 / views.length : 1) * (weights[i] ?? 1));
    const scaled = reduction === 'mean' && total > 0 ? weights.map((weight) => weight / total) : shares;
    const looks = await createLooks(context, views, conditions, scaled);
    return {
      denoise: (inner) => (queries, at) =>
        lookThrough(reduction === 'alternate' ? [looks[at.index % looks.length]!] : looks, inner, queries, at),
    };
  },
};
