import { multiply } from '../operators/multiply.js';
import { adam, type AdamOptions } from './adam.js';
import type { Optimizer } from './optimizer.js';

export interface AdamWOptions extends AdamOptions {
  readonly weightDecay?: number;
}

/** AdamW (Loshchilov & Hutter, 2019) as PyTorch: every parameter is scaled by 1 − lr·λ first, then Adam steps. */
export function adamw({ weightDecay = 1e-2, ...options }: AdamWOptions = {}): Optimizer {
  const inner = adam(options);
  return {
    ...inner,
    name: 'adamw',
    scalars: (step, learningRate) => ({
      ...inner.scalars(step, learningRate),
      decay: 1 - learningRate * weightDecay,
    }),
    update: ({ parameter, ...rest }) => inner.update({ ...rest, parameter: multiply(parameter, rest.scalars.decay!) }),
  };
}
