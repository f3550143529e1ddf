import { UngrainError, type Denoised, type Guidance, type Query } from '@ungrain/core';
import { z } from 'zod';
import { baseOption, contrastOptions, scaleOption } from './contrast.js';
import { combine } from './estimates.js';
import { rescaled, rescaleOption } from './rescale.js';
import { spaceOption, viewIn } from './space.js';
import { isWithin, windowed, windowOptions } from './window.js';

const share = z.number().min(0).max(1);

const options = windowed(
  z.strictObject({
    variant: z.string().min(1).optional().describe("The model's perturbed version; its first if left out."),
    scale: scaleOption(3, 's: how far to go away from the perturbed version; 0 not at all.'),
    ...windowOptions,
    cfg: z
      .number()
      .min(0)
      .max(1000)
      .optional()
      .describe("γ of classifier-free guidance at the same time, as in 'cfg'."),
    cfgStart: share.default(0).describe('The share of the steps that goes by before that.'),
    cfgStop: share.default(1).describe('The share of the steps after which there is none.'),
    base: baseOption.default('conditional'),
    negative: contrastOptions.negative,
    rescale: rescaleOption,
    space: spaceOption('model'),
  }),
).refine(({ cfgStart, cfgStop }) => cfgStart <= cfgStop, { error: 'it comes before cfgStart', path: ['cfgStop'] });

/**
 * Away from a version of the model itself that is spoilt inside: whose attention is the identity (perturbed-attention
 * guidance: Ahn et al. 2024, "Self-Rectifying Diffusion Sampling with Perturbed-Attention Guidance") or blurred (Hong 2024,
 * "Smoothed Energy Guidance"), or that skips layers (Hyung et al. 2025, "Spatiotemporal Skip Guidance"). All three combine
 *
 *   cond + s·(cond − perturbed) + γ·(cond − uncond)
 *
 * which is `base: conditional`. With `base: unconditional` the sum starts from the worse estimate: from uncond where there
 * is classifier-free guidance, else from the perturbed one, so that scale 1 is then the model. Up to three branches are one
 * call of the model. The model must offer the version, see `Model.variants`.
 */
export const perturbedGuidance: Guidance<z.output<typeof options>> = {
  name: 'perturbed',
  summary: 'Away from a spoilt version of the model itself: PAG, SEG, skipped layers.',
  options,
  sets: 'contrast',
  async create({ scale, cfg, cfgStart, cfgStop, base, negative, rescale, space, ...options }, { model, condition }) {
    const variant = variantOf(model, options.variant);
    const view = viewIn(space, model);
    const instead = negative === undefined ? null : await condition(negative);
    const without = (query: Query): Query => ({
      ...query,
      conditions: query.conditions.map((one) => instead ?? model.unconditional(one)),
    });
    const neutral = base === 'conditional' ? 0 : 1;
    return {
      denoise: (inner) => async (queries, at) => {
        const away: { readonly weight: number; readonly from: (query: Query) => Query }[] = [];
        if (cfg !== undefined && cfg !== neutral && isWithin({ start: cfgStart, stop: cfgStop }, at))
          away.push({ weight: cfg, from: without });
        if (scale !== 0 && isWithin(options, at))
          away.push({ weight: scale, from: (query) => ({ ...query, variant }) });
        if (away.length === 0) return inner(queries, at);
        const answers = await inner([...away.flatMap(({ from }) => queries.map(from)), ...queries], at);
        return queries.map((query, i) => {
          const conditional = answers[away.length * queries.length + i]!;
          const worse = away.map((_, branch) => answers[branch * queries.length + i]!);
          const total = away.reduce((sum, { weight }) => sum + weight, 0);
          const guided = combine(
            conditional,
            [base === 'conditional' ? 1 + total : total, conditional],
            ...worse.map((estimate, branch): [number, Denoised] => [
              (base === 'unconditional' && branch === 0 ? 1 : 0) - away[branch]!.weight,
              estimate,
            ]),
          );
          return rescaled(guided, conditional, rescale, query.level, view);
        });
      },
    };
  },
};

/** @throws UngrainError `no-variant` */
function variantOf(
  { name, variants = [] }: { readonly name: string; readonly variants?: readonly string[] },
  wanted?: string,
): string {
  const found = wanted === undefined ? variants[0] : variants.find((variant) => variant === wanted);
  if (found !== undefined) return found;
  throw new UngrainError(
    'no-variant',
    variants.length === 0
      ? `Model '${name}' offers no perturbed version of itself; guide it by 'cfg' or 'auto-guidance'.`
      : `Model '${name}' offers no version '${wanted}'; known are ${variants.join(', ')}.`,
  );
}
