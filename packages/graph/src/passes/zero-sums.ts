import { full } from '../operators/expand.js';
import { batchNormInputGradientOperator } from '../operators/batch-norm.js';
import { sumOperator } from '../operators/sum.js';
import type { ReductionAttributes } from '../operators/reduction.js';
import { rewriting } from './pass.js';

/**
 * The gradient that a batch norm hands back sums to zero in each channel, exactly: the norm takes the mean away. So the
 * bias of a convolution in front of one has no gradient, and a pass over all pixels is saved.
 */
export const zeroSums = rewriting(
  'zero-sums',
  'the gradient of a bias in front of a batch norm is zero: it is not summed up',
  (node) => {
    const [summed] = node.inputs;
    if (node.operator !== sumOperator || summed?.kind !== 'operation') return node;
    const { axes } = node.attributes as ReductionAttributes;
    const perChannel = summed.shape.every((_, i) => i === 1 || axes.includes(i));
    return perChannel && summed.operator === batchNormInputGradientOperator ? full(node.shape, 0) : node;
  },
);
