import type { LossReduction } from '../../functions/losses/loss-reduction.js';
import * as ops from '../../ops.js';
import type { Attributes } from '../attributes.js';
import type { Builders, PatternBuilder } from '../builder.js';

const reduced = (attributes: Attributes) => ({ reduction: attributes.text('reduction', 'mean') as LossReduction });

export const lossBuilders: Builders = {
  mse: ({ x, y }, attributes) => ops.mse(x!, y!, reduced(attributes)),
  l1: ({ x, y }, attributes) => ops.l1(x!, y!, reduced(attributes)),
  huber: ({ x, y }, attributes) => ops.huber(x!, y!, { ...reduced(attributes), delta: attributes.number('delta', 1) }),
  smooth_l1: ({ x, y }, attributes) =>
    ops.smoothL1(x!, y!, { ...reduced(attributes), beta: attributes.number('beta', 1) }),
  cross_entropy: ({ x, y, w }, attributes) =>
    ops.crossEntropy(x!, y!, {
      ...reduced(attributes),
      weight: w,
      labelSmoothing: attributes.number('label_smoothing', 0),
      ignoreIndex: attributes.number('ignore_index', -100),
    }),
  'nll of log_softmax': ({ x, y }, attributes) => ops.nll(ops.logSoftmax(x!, 1), y!, reduced(attributes)),
  bce_with_logits: ({ x, y }, attributes) => ops.bceWithLogits(x!, y!, reduced(attributes)),
  'KL(N(mu,exp lv)||N(0,1)) sum over dim 1, mean over batch': ({ mu, lv }) => ops.klDiagonalGaussian(mu!, lv!),
};

export const lossPatterns: readonly PatternBuilder[] = [
  [/^pseudo-Huber c=([\d.e-]+)$/, ({ x, y }, c) => ops.pseudoHuber(x!, y!, { c: Number(c) })],
];
