import type { Node } from '../../node.js';
import * as ops from '../../ops.js';
import type { Attributes } from '../attributes.js';
import type { Builder, Builders } from '../builder.js';

const dims = (attributes: Attributes) => (attributes.has('dim') ? attributes.numbers('dim') : undefined);
const kept = (attributes: Attributes) => ({ keepDims: attributes.flag('keepdim', false) });

const reduce =
  (operator: (x: Node, axes?: readonly number[], options?: { keepDims: boolean }) => Node): Builder =>
  ({ x }, attributes) =>
    operator(x!, dims(attributes), kept(attributes));

const spread = (attributes: Attributes) => ({
  ...kept(attributes),
  correction: attributes.number('correction', 1),
});

export const reductionBuilders: Builders = {
  mean: reduce(ops.mean),
  sum: reduce(ops.sum),
  amax: reduce(ops.max),
  amin: reduce(ops.min),
  prod: reduce(ops.prod),
  'max over all': ({ x }) => ops.max(x!),
  'min over all': ({ x }) => ops.min(x!),
  'l2 norm over all': ({ x }) => ops.l2Norm(x!),
  var: ({ x }, attributes) => ops.variance(x!, dims(attributes), spread(attributes)),
  std: ({ x }, attributes) => ops.standardDeviation(x!, dims(attributes), spread(attributes)),
  'max(dim).values': ({ x }, attributes) => ops.maxAlong(x!, attributes.number('dim'), kept(attributes)).values,
  argmax: ({ x }, attributes) => ops.argmax(x!, attributes.number('dim'), kept(attributes)),
  cumsum: ({ x }, attributes) => ops.cumsum(x!, attributes.number('dim')),
};

/** Cases whose `op` does not say what they do. */
export const reductionCases: Builders = {
  x_minus_mean_over_std: ({ x }) => {
    const deviation = ops.subtract(x!, ops.mean(x!, [-1], { keepDims: true }));
    const variance = ops.variance(x!, [-1], { correction: 0, keepDims: true });
    return ops.divide(deviation, ops.sqrt(ops.add(variance, 1e-5)));
  },
};
