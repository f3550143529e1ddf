import type { Node } from '../node.js';
import { apply, axisOf, refuse, requireFloat, type Operator } from '../operator.js';
import type { ReductionOptions } from './reduction.js';

/** The index of the first of the largest elements along one dimension, as int64. No gradient flows. */
export const argmaxOperator: Operator<{ readonly axis: number; readonly keepDims: boolean }> = {
  name: 'argmax',
  infer: (inputs, { axis, keepDims }) => {
    requireFloat('argmax', inputs);
    const { shape } = inputs[0]!;
    if (!shape[axis]) throw refuse('argmax', inputs, `there is nothing to choose from in dimension ${axis}`);
    return { shape: shape.flatMap((size, i) => (i === axis ? (keepDims ? [1] : []) : [size])), dtype: 'int64' };
  },
  onnx: (emit, inputs, _node, { axis, keepDims }) => emit.node('ArgMax', inputs, { axis, keepdims: keepDims ? 1 : 0 }),
};

/** Where `x` is largest along `axis` (negative ones count from the back). */
export const argmax = (x: Node, axis: number, { keepDims = false }: ReductionOptions = {}): Node =>
  apply(argmaxOperator, [x], { axis: axisOf('argmax', [x], axis, x.shape.length), keepDims });
