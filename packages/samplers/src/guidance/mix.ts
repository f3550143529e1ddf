import { UngrainError, type Conditioning, type Denoised, type Guidance, type Query, type Tensor } from '@ungrain/core';
import { z } from 'zod';
import { combine } from './estimates.js';

const weights = z.array(z.number().min(-100).max(100)).min(2);
const share = z.number().min(0).max(1);

const options = z
  .strictObject({
    with: z
      .preprocess(
        (given): readonly unknown[] => (Array.isArray(given) ? given : [given]),
        z.array(z.unknown()).min(1).max(16),
      )
      .describe("Another condition, a class or a prompt, or a list of them: the sample's own is mixed with these."),
    weights: weights.optional().describe('Of its own condition and then of the others; equal if left out.'),
    end: weights.optional().describe('The weights after stop, to which they change evenly from start on.'),
    start: share.default(0).describe('The share of the steps after which the weights begin to change.'),
    stop: share.default(1).describe('The share of the steps after which they have changed; at start they jump.'),
    by: z
      .enum(['estimates', 'conditions'])
      .default('estimates')
      .describe(
        'Mixes what the model says of each condition, or what it is told: one call of it, for near conditions.',
      ),
  })
  .refine(({ start, stop }) => start <= stop, { error: 'it comes before start', path: ['stop'] })
  .refine((o) => [o.weights, o.end].every((list) => !list || list.length === o.with.length + 1), {
    error: "each list of weights has one for the sample's own condition and one for each other",
    path: ['weights'],
  });

/**
 * Several conditions at once, or one after another: uncond + Σ wᵢ·(condᵢ − uncond) = Σ wᵢ·condᵢ + (1 − Σ wᵢ)·uncond.
 * Weights that sum to 1 interpolate, more is a conjunction, a negative one pushes away.
 * Liu et al. 2022, "Compositional Visual Generation with Composable Diffusion Models", eq. 11 and 13.
 *
 * Over time: `end` gives the weights to which they change between `start` and `stop`. Branches of weight 0 are not asked. The
 * sum is the same in whatever the model predicts. A learned variance is that of the first branch.
 */
export const mixGuidance: Guidance<z.output<typeof options>> = {
  name: 'mix',
  summary: 'Several classes or prompts in one image, with weights that may change on the way.',
  options,
  sets: 'condition',
  async create({ with: others, start, stop, by, ...options }, { model, condition }) {
    const encoded: Conditioning[] = [];
    for (const raw of others) encoded.push(await condition(raw));
    const first = options.weights ?? new Array<number>(others.length + 1).fill(1 / (others.length + 1));
    const last = options.end ?? first;
    const weightsAt = (progress: number): readonly number[] => {
      const done = progress < start ? 0 : progress >= stop ? 1 : (progress - start) / (stop - start);
      return first.map((weight, i) => (1 - done) * weight + done * last[i]!);
    };
    /** What a sample may be told: its own condition, the others, and none. */
    const choices = (own: Conditioning): readonly Conditioning[] => [own, ...encoded, model.unconditional(own)];
    return {
      denoise: (inner) => async (queries, at) => {
        const given = weightsAt(at.progress);
        const parts = [...given, 1 - given.reduce((sum, weight) => sum + weight, 0)]
          .map((weight, choice) => ({ weight, choice }))
          .filter(({ weight }) => Math.abs(weight) > 1e-9);
        const told = (query: Query, what: (own: Conditioning) => Conditioning): Query => ({
          ...query,
          conditions: query.conditions.map(what),
        });
        if (by === 'conditions') {
          const blend = (own: Conditioning): Conditioning =>
            blended(parts.map(({ weight, choice }) => [weight, choices(own)[choice]!] as const));
          return inner(
            queries.map((query) => told(query, blend)),
            at,
          );
        }
        const asked = parts.flatMap(({ choice }) =>
          queries.map((query) => told(query, (own) => choices(own)[choice]!)),
        );
        const answers = await inner(asked, at);
        return queries.map((_, i) => {
          const terms = parts.map(({ weight }, part): [number, Denoised] => [
            weight,
            answers[part * queries.length + i]!,
          ]);
          return combine(terms[0]![1], ...terms);
        });
      },
    };
  },
};

/** Σ weight·condition, tensor by tensor. @throws UngrainError `mix-conditions` if they are not alike */
function blended(terms: readonly (readonly [weight: number, condition: Conditioning])[]): Conditioning {
  const [, model] = terms[0]!;
  return Object.fromEntries(
    Object.keys(model).map((name) => [name, sum(terms.map(([w, c]) => [w, c[name]] as const))]),
  );
}

function sum(terms: readonly (readonly [number, Tensor | undefined])[]): Tensor {
  const size = terms[0]![1]!.data.length;
  if (terms.some(([, x]) => x?.data.length !== size))
    throw new UngrainError('mix-conditions', "These conditions are too unlike for 'by=conditions'; mix the estimates.");
  const data = Float32Array.from({ length: size }, (_, i) => terms.reduce((all, [w, x]) => all + w * x!.data[i]!, 0));
  return { data, shape: terms[0]![1]!.shape };
}
