import type { Node } from '../node.js';
import { apply, axisOf, type Operator } from '../operator.js';
import { multiply } from './multiply.js';
import { softmaxShape, type SoftmaxAttributes } from './softmax-shape.js';
import { subtract } from './subtract.js';
import { sum } from './sum.js';

/** y = exp(x − max x) / Σ exp(x − max x) along one dimension. dx = y·(dy − Σ dy·y). Elements of −∞ give 0. */
export const softmaxOperator: Operator<SoftmaxAttributes> = {
  name: 'softmax',
  infer: (inputs, attributes) => softmaxShape('softmax', inputs, attributes),
  gradient: ({ node, attributes: { axis }, cotangent }) => [
    multiply(node, subtract(cotangent, sum(multiply(cotangent, node), [axis], { keepDims: true }))),
  ],
  onnx: (emit, inputs, _node, { axis }) => emit.node('Softmax', inputs, { axis }),
};

/** Softmax of `x` along `axis` (negative ones count from the back). */
export const softmax = (x: Node, axis = -1): Node =>
  apply(softmaxOperator, [x], { axis: axisOf('softmax', [x], axis, x.shape.length) });
