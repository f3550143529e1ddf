import type { Node } from '../node.js';
import { apply, axisOf, type Operator } from '../operator.js';
import { exp } from './exp.js';
import { multiply } from './multiply.js';
import { softmaxShape, type SoftmaxAttributes } from './softmax-shape.js';
import { subtract } from './subtract.js';
import { sum } from './sum.js';

/** y = x − max x − ln Σ exp(x − max x) along one dimension: ln softmax without overflow. dx = dy − eʸ·Σ dy. */
export const logSoftmaxOperator: Operator<SoftmaxAttributes> = {
  name: 'logSoftmax',
  infer: (inputs, attributes) => softmaxShape('logSoftmax', inputs, attributes),
  gradient: ({ node, attributes: { axis }, cotangent }) => [
    subtract(cotangent, multiply(exp(node), sum(cotangent, [axis], { keepDims: true }))),
  ],
  onnx: (emit, inputs, _node, { axis }) => emit.node('LogSoftmax', inputs, { axis }),
};

/** Logarithm of the softmax of `x` along `axis` (negative ones count from the back). */
export const logSoftmax = (x: Node, axis = -1): Node =>
  apply(logSoftmaxOperator, [x], { axis: axisOf('logSoftmax', [x], axis, x.shape.length) });
