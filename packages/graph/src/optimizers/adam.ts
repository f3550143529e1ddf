import { add } from '../operators/add.js';
import { divide } from '../operators/divide.js';
import { multiply } from '../operators/multiply.js';
import { sqrt } from '../operators/sqrt.js';
import { subtract } from '../operators/subtract.js';
import type { Optimizer } from './optimizer.js';

export interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/**
 * Adam (Kingma & Ba, 2015) in PyTorch's form: p ← p − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε),
 * m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g².
 */
export function adam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {}): Optimizer {
  return {
    name: 'adam',
    slots: ['exp_avg', 'exp_avg_sq'],
    scalars: (step, learningRate) => ({
      stepSize: learningRate / (1 - beta1 ** step),
      correction: 1 / Math.sqrt(1 - beta2 ** step),
    }),
    update: ({ parameter, gradient, slots, scalars }) => {
      const m = add(multiply(slots.exp_avg!, beta1), multiply(gradient, 1 - beta1));
      const v = add(multiply(slots.exp_avg_sq!, beta2), multiply(multiply(gradient, gradient), 1 - beta2));
      const denominator = add(multiply(sqrt(v), scalars.correction!), epsilon);
      return {
        parameter: subtract(parameter, multiply(divide(m, denominator), scalars.stepSize!)),
        slots: { exp_avg: m, exp_avg_sq: v },
      };
    },
  };
}
