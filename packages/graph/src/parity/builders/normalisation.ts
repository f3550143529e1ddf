import { sizeOf } from '@ungrain/core';
import type { Node } from '../../node.js';
import * as ops from '../../ops.js';
import type { Attributes } from '../attributes.js';
import type { Builders, Operands } from '../builder.js';

/** Training: the output and the running statistics after the call, the variance unbiased. Otherwise the output alone. */
function batchNorm({ x, running_mean, running_var, ...scaleAndShift }: Operands, attributes: Attributes) {
  const epsilon = attributes.number('eps', 1e-5);
  const channels = running_mean!.shape;
  const { gamma = ops.full(channels, 1), beta = ops.full(channels, 0) } = scaleAndShift;
  if (!attributes.flag('training', false))
    return ops.batchNormInference(x!, { gamma, beta, mean: running_mean!, variance: running_var! }, epsilon);
  const { mean, variance } = ops.batchStatistics(x!);
  const momentum = attributes.number('momentum', 0.1);
  const count = sizeOf(x!.shape) / sizeOf(channels);
  const after = (running: Node, current: Node): Node => ops.lerp(running, current, momentum);
  return [
    ops.batchNorm(x!, gamma, beta, epsilon),
    after(running_mean!, mean),
    after(running_var!, ops.multiply(variance, count / (count - 1))),
  ];
}

const overLast = (x: Node, attributes: Attributes): readonly number[] =>
  attributes.has('normalized_shape') ? attributes.numbers('normalized_shape') : x.shape.slice(-1);

export const normalisationBuilders: Builders = {
  batch_norm: batchNorm,
  group_norm: ({ x, gamma, beta }, attributes) =>
    ops.groupNorm(x!, attributes.number('groups'), { gamma, beta, epsilon: attributes.number('eps', 1e-5) }),
  instance_norm: ({ x, gamma, beta }, attributes) =>
    ops.instanceNorm(x!, { gamma, beta, epsilon: attributes.number('eps', 1e-5) }),
  layer_norm: ({ x, gamma, beta }, attributes) =>
    ops.layerNorm(x!, overLast(x!, attributes), { gamma, beta, epsilon: attributes.number('eps', 1e-5) }),
  rms_norm: ({ x, gamma }, attributes) =>
    ops.rmsNorm(x!, overLast(x!, attributes), { gamma, epsilon: attributes.number('eps', 2 ** -23) }),
  normalize: ({ x }, attributes) => ops.l2Normalize(x!, attributes.number('dim', 1), attributes.number('eps', 1e-12)),
};
