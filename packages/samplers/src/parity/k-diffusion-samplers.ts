import { UngrainError } from '@ungrain/core';
import { z } from 'zod';
import type { Named } from '../diffusers/sampler-choice.js';

const eta = z.number().default(1);
const s_noise = z.number().default(1);
const solver_type = z.enum(['midpoint', 'heun']).default('midpoint');

const churn = z.object({
  s_churn: z.number().default(0),
  s_tmin: z.number().default(0),
  s_tmax: z.union([z.number(), z.literal('inf')]).default('inf'),
  s_noise,
});

const churned = ({ s_churn, s_tmin, s_tmax, s_noise }: z.output<typeof churn>) => ({
  churn: s_churn,
  churnFrom: s_tmin,
  ...(s_tmax !== 'inf' && { churnTo: s_tmax }),
  churnScale: s_noise,
});

const adaptive = z.object({
  order: z.int().default(3),
  rtol: z.number().default(0.05),
  atol: z.number().default(0.0078),
  h_init: z.number().default(0.05),
  pcoeff: z.number().default(0),
  icoeff: z.number().default(1),
  dcoeff: z.number().default(0),
  accept_safety: z.number().default(0.81),
  eta: z.number().default(0),
  s_noise,
});

const translation =
  <S extends z.ZodType>(name: string, schema: S, translate: (kwargs: z.output<S>) => Named['options']) =>
  (kwargs: unknown): Named => ({ name, options: translate(schema.parse(kwargs)) });

const fresh = z.object({ eta, s_noise });

/** By the function of k-diffusion. What it is given beside its own settings, `n` say, is in the arguments too. */
const SAMPLERS: Readonly<Record<string, (kwargs: unknown) => Named>> = {
  sample_dpm_2: translation('dpm2', churn, churned),
  sample_dpm_2_ancestral: translation('dpm2-ancestral', fresh, ({ eta, s_noise }) => ({ eta, noiseScale: s_noise })),
  sample_dpm_adaptive: translation('dpm-adaptive', adaptive, (kwargs) => ({
    order: kwargs.order,
    rtol: kwargs.rtol,
    atol: kwargs.atol,
    firstStep: kwargs.h_init,
    p: kwargs.pcoeff,
    i: kwargs.icoeff,
    d: kwargs.dcoeff,
    acceptSafety: kwargs.accept_safety,
    eta: kwargs.eta,
    noiseScale: kwargs.s_noise,
  })),
  sample_dpm_fast: translation(
    'dpm-fast',
    z.object({ n: z.int(), eta: z.number().default(0), s_noise }),
    ({ n, eta, s_noise }) => ({ finish: ['2-1', '1', '2'][n % 3], eta, noiseScale: s_noise }),
  ),
  sample_dpmpp_2m: translation('dpmpp-2m', z.object({}), () => ({})),
  sample_dpmpp_2m_sde: translation('dpmpp-2m-sde', fresh.extend({ solver_type }), (kwargs) => ({
    eta: kwargs.eta,
    noiseScale: kwargs.s_noise,
    solverType: kwargs.solver_type,
  })),
  sample_dpmpp_2s_ancestral: translation('dpmpp-2s-ancestral', fresh, ({ eta, s_noise }) => ({
    eta,
    noiseScale: s_noise,
  })),
  sample_dpmpp_3m_sde: translation('dpmpp-3m-sde', fresh, ({ eta, s_noise }) => ({
    eta,
    noiseScale: s_noise,
    thirdOrder: 'halved',
  })),
  sample_dpmpp_sde: translation('dpmpp-sde', fresh.extend({ r: z.number().default(0.5) }), ({ eta, s_noise, r }) => ({
    eta,
    noiseScale: s_noise,
    r,
  })),
  sample_euler: translation('euler', churn, churned),
  sample_euler_ancestral: translation('euler-ancestral', fresh, ({ eta, s_noise }) => ({ eta, noiseScale: s_noise })),
  sample_heun: translation('heun', churn, (kwargs) => ({ ...churned(kwargs), space: 'sigma' })),
  sample_lms: translation('lms', z.object({ order: z.int().default(4) }), ({ order }) => ({ order, last: 'slopes' })),
};

/** These draw noise at the top of each step, before they call back; the others after. */
const DRAWS_FIRST = new Set(['sample_dpm_2', 'sample_euler', 'sample_heun']);

export const drawsFirst = (sampler: string): boolean => DRAWS_FIRST.has(sampler);

/**
 * The sampler that does what a function of k-diffusion does.
 * @throws UngrainError `unknown-sampler`
 */
export function kDiffusionSampler(name: string, kwargs: Readonly<Record<string, unknown>>): Named {
  const translate = SAMPLERS[name];
  if (translate) return translate(kwargs);
  throw new UngrainError('unknown-sampler', `The sampler '${name}' of k-diffusion is not known here.`);
}
