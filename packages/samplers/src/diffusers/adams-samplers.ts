import { z } from 'zod';
import { translation, type TranslateSampler } from './sampler-choice.js';
import { thresholding, thresholdingSettings } from './thresholding.js';

const order = z.int().default(2);
const lowerOrderFinal = z.boolean().default(true);

const deis = z.object({ solver_order: order, lower_order_final: lowerOrderFinal, ...thresholdingSettings });

const unipc = z.object({
  solver_order: order,
  predict_x0: z.boolean().default(true),
  /** Solver types of other schedulers stand for the default. */
  solver_type: z
    .enum(['bh1', 'bh2', 'midpoint', 'heun', 'logrho'])
    .default('bh2')
    .transform((type) => (type === 'bh1' ? type : 'bh2')),
  lower_order_final: lowerOrderFinal,
  disable_corrector: z.array(z.int()).default([]),
  ...thresholdingSettings,
});

const saSolver = z.object({
  predictor_order: order,
  corrector_order: order,
  algorithm_type: z.enum(['data_prediction', 'noise_prediction']).default('data_prediction'),
  lower_order_final: lowerOrderFinal,
  num_train_timesteps: z.int().default(1000),
  /** What `tau_func` is: a value from one time down to another, and 0 elsewhere. */
  tau: z.tuple([z.number(), z.number(), z.number()]).default([1, 800, 200]),
  ...thresholdingSettings,
});

/** The predictors and correctors of Adams' kind, by class. */
export const ADAMS_SAMPLERS: Readonly<Record<string, TranslateSampler>> = {
  DEISMultistepScheduler: translation(deis, (settings) => ({
    sampler: {
      name: 'deis',
      options: { order: settings.solver_order, lowerOrderFinal: settings.lower_order_final },
    },
    guidance: thresholding(settings),
  })),
  UniPCMultistepScheduler: translation(unipc, (settings) => ({
    sampler: {
      name: 'unipc',
      options: {
        order: settings.solver_order,
        predicted: settings.predict_x0 ? 'data' : 'noise',
        solverType: settings.solver_type,
        lowerOrderFinal: settings.lower_order_final,
        disableCorrector: settings.disable_corrector,
      },
    },
    guidance: thresholding(settings),
  })),
  SASolverScheduler: translation(saSolver, (settings) => {
    const [tau, highest, lowest] = settings.tau;
    const part = (time: number): number => Math.min(1, Math.max(0, time / (settings.num_train_timesteps - 1)));
    return {
      sampler: {
        name: 'sa-solver',
        options: {
          predictorOrder: settings.predictor_order,
          correctorOrder: settings.corrector_order,
          predicted: settings.algorithm_type === 'data_prediction' ? 'data' : 'noise',
          tau,
          tauFrom: part(lowest),
          tauTo: part(highest),
          lowerOrderFinal: settings.lower_order_final,
        },
      },
      guidance: thresholding(settings),
    };
  }),
};
