import { add } from '../operators/add.js';
import { multiply } from '../operators/multiply.js';
import { subtract } from '../operators/subtract.js';
import type { Optimizer } from './optimizer.js';

export interface SgdOptions {
  readonly momentum?: number;
  readonly weightDecay?: number;
}

/** Stochastic gradient descent with PyTorch's momentum: b ← μb + (g + λp), p ← p − lr·b. */
export function sgd({ momentum = 0, weightDecay = 0 }: SgdOptions = {}): Optimizer {
  return {
    name: 'sgd',
    slots: momentum === 0 ? [] : ['momentum_buffer'],
    scalars: (_step, learningRate) => ({ stepSize: learningRate }),
    update: ({ parameter, gradient, slots, scalars }) => {
      const decayed = weightDecay === 0 ? gradient : add(gradient, multiply(parameter, weightDecay));
      const buffer = momentum === 0 ? decayed : add(multiply(slots.momentum_buffer!, momentum), decayed);
      return {
        parameter: subtract(parameter, multiply(buffer, scalars.stepSize!)),
        slots: momentum === 0 ? {} : { momentum_buffer: buffer },
      };
    },
  };
}
