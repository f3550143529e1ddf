import type { Node } from '../node.js';
import { apply, axisOf, type Operator } from '../operator.js';
import { full } from './expand.js';
import { requireIndices } from './indices.js';
import { scatterAdd } from './scatter-add.js';

/**
 * One element of x for each index, found in its own row along one dimension: y[i][j] = x[i][indices[i][j]] for axis 1.
 * `indices` (int64) has x's rank and is nowhere larger than x but along the axis. Cotangents add up where they came from.
 */
export const gatherElementsOperator: Operator<{ readonly axis: number }> = {
  name: 'gatherElements',
  infer: (inputs, { axis }) => {
    const [x, indices] = inputs;
    requireIndices('gatherElements', inputs, indices!, x!, axis);
    return { shape: indices!.shape, dtype: x!.dtype };
  },
  gradient: ({ inputs: [x, indices], attributes: { axis }, cotangent }) => [
    scatterAdd(full(x!.shape, 0), indices!, cotangent, axis),
    null,
  ],
  onnx: (emit, inputs, _node, { axis }) => emit.node('GatherElements', inputs, { axis }),
};

/** Elements of `x` at `indices` (int64) along `axis` (negative ones count from the back). */
export const gatherElements = (x: Node, indices: Node, axis: number): Node =>
  apply(gatherElementsOperator, [x, indices], {
    axis: axisOf('gatherElements', [x, indices], axis, x.shape.length),
  });
