import { sameShape } from '@ungrain/core';
import type { Node } from '../node.js';
import { apply, axisOf, refuse, requireFloat, type Operator } from '../operator.js';
import { gatherElements } from './gather-elements.js';
import { requireIndices } from './indices.js';

/**
 * Adds each element of `source` to x in its own row along one dimension: x[i][indices[i][j]] += source[i][j] for axis 1.
 * `indices` (int64) and `source` have one shape. The adjoint of gatherElements in x's place: dx = dy, dsource = dy at
 * the indices.
 */
export const scatterAddOperator: Operator<{ readonly axis: number }> = {
  name: 'scatterAdd',
  infer: (inputs, { axis }) => {
    const [x, indices, source] = inputs;
    requireFloat('scatterAdd', [x!, source!]);
    requireIndices('scatterAdd', inputs, indices!, x!, axis);
    if (!sameShape(indices!.shape, source!.shape))
      throw refuse('scatterAdd', inputs, 'each added element needs one index');
    return { shape: x!.shape };
  },
  gradient: ({ inputs: [, indices], attributes: { axis }, cotangent }) => [
    cotangent,
    null,
    gatherElements(cotangent, indices!, axis),
  ],
  // ScatterElements adds in order; ScatterND's parallel sums are not reproducible
  onnx: (emit, inputs, _node, { axis }) => emit.node('ScatterElements', inputs, { axis, reduction: 'add' }),
};

/** `x` with `source` added at `indices` (int64) along `axis` (negative ones count from the back). */
export const scatterAdd = (x: Node, indices: Node, source: Node, axis: number): Node =>
  apply(scatterAddOperator, [x, indices, source], {
    axis: axisOf('scatterAdd', [x, indices, source], axis, x.shape.length),
  });
