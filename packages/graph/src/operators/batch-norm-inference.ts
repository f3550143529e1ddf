import type { Node } from '../node.js';
import { apply, refuse, requireFloat, type Operator } from '../operator.js';
import { add } from './add.js';
import { divide } from './divide.js';
import { multiply } from './multiply.js';
import { reshape } from './reshape.js';
import { sqrt } from './sqrt.js';
import { subtract } from './subtract.js';
import { sum } from './sum.js';

/**
 * Batch normalisation with fixed statistics: y = γ·(x − μ)/√(σ² + ε) + β for x [N, C, …] and γ, β, μ, σ² [C].
 * An operator of its own because engines fold it into the convolution before it. The statistics get no gradient.
 */
export const batchNormInferenceOperator: Operator<{ readonly epsilon: number }> = {
  name: 'batchNormInference',
  infer: (inputs) => {
    requireFloat('batchNormInference', inputs);
    const [x, ...perChannel] = inputs;
    if (perChannel.some(({ shape }) => shape.length !== 1 || shape[0] !== x!.shape[1]))
      throw refuse('batchNormInference', inputs, 'scale, shift, mean and variance need one number a channel');
    return { shape: x!.shape };
  },
  gradient: ({ inputs: [x, gamma, , mean, variance], attributes: { epsilon }, cotangent }) => {
    const along = (v: Node): Node =>
      reshape(
        v,
        x!.shape.map((size, i) => (i === 1 ? size : 1)),
      );
    const others = x!.shape.flatMap((_, i) => (i === 1 ? [] : [i]));
    const deviation = sqrt(add(variance!, epsilon));
    const normalised = divide(subtract(x!, along(mean!)), along(deviation));
    return [
      multiply(cotangent, along(divide(gamma!, deviation))),
      sum(multiply(cotangent, normalised), others),
      sum(cotangent, others),
      null,
      null,
    ];
  },
  onnx: (emit, inputs, _node, { epsilon }) => emit.node('BatchNormalization', inputs, { epsilon: { float: epsilon } }),
};

/** Batch normalisation of `x` [N, C, …] by given statistics. */
export const batchNormInference = (
  x: Node,
  { gamma, beta, mean, variance }: Record<'gamma' | 'beta' | 'mean' | 'variance', Node>,
  epsilon = 1e-5,
): Node => apply(batchNormInferenceOperator, [x, gamma, beta, mean, variance], { epsilon });
