import { z } from 'zod';
import { thresholding, thresholdingSettings } from './thresholding.js';
import { translation, type TranslateSampler } from './sampler-choice.js';

const order = z.int().default(2);

const algorithm = z
  .enum(['dpmsolver', 'dpmsolver++', 'sde-dpmsolver', 'sde-dpmsolver++', 'deis'])
  .default('dpmsolver++');

/** Solver types of other schedulers stand for the default. */
const solverType = z
  .enum(['midpoint', 'heun', 'logrho', 'bh1', 'bh2'])
  .default('midpoint')
  .transform((type) => (type === 'heun' ? type : 'midpoint'));

const multistep = z.object({
  solver_order: order,
  algorithm_type: algorithm,
  solver_type: solverType,
  lower_order_final: z.boolean().default(true),
  euler_at_final: z.boolean().default(false),
  ...thresholdingSettings,
});

const singlestep = multistep.omit({ euler_at_final: true }).extend({ lower_order_final: z.boolean().default(false) });

const cosine = multistep.omit({ algorithm_type: true });

const sde = z.object({ s_noise: z.number().default(1) });

type Algorithm = z.output<typeof algorithm>;

const ofAlgorithm = (type: Algorithm) => ({
  predicted: type.endsWith('dpmsolver') ? 'noise' : 'data',
  eta: type.startsWith('sde') ? 1 : 0,
});

const multistepSampler: TranslateSampler = translation(multistep, (settings) => ({
  sampler: {
    name: 'dpm-solver',
    options: {
      ...ofAlgorithm(settings.algorithm_type),
      order: settings.solver_order,
      solverType: settings.solver_type,
      thirdOrder: settings.algorithm_type === 'sde-dpmsolver++' ? 'slipped' : 'halved',
      lowerOrderFinal: settings.lower_order_final,
      eulerAtFinal: settings.euler_at_final,
    },
  },
  guidance: thresholding(settings),
}));

/** DPM-Solver and its relatives, by class. */
export const DPM_SAMPLERS: Readonly<Record<string, TranslateSampler>> = {
  DPMSolverMultistepScheduler: multistepSampler,
  DPMSolverMultistepInverseScheduler: multistepSampler,
  EDMDPMSolverMultistepScheduler: multistepSampler,
  CosineDPMSolverMultistepScheduler: translation(cosine, (settings) =>
    multistepSampler({ ...settings, algorithm_type: 'sde-dpmsolver++' }),
  ),
  DPMSolverSinglestepScheduler: translation(singlestep, (settings) => ({
    sampler: {
      name: 'dpm-singlestep',
      options: {
        ...ofAlgorithm(settings.algorithm_type),
        order: settings.solver_order,
        solverType: settings.solver_type,
        lowerOrderFinal: settings.lower_order_final,
      },
    },
    guidance: thresholding(settings),
  })),
  DPMSolverSDEScheduler: translation(sde, ({ s_noise }) => ({
    sampler: { name: 'dpmpp-sde', options: { noiseScale: s_noise } },
  })),
};
