import { formatShape, sameShape, type Shape } from '@ungrain/core';
import { scalar, type Node } from '../node.js';
import { apply, refuse, type Operator } from '../operator.js';
import { sumToShape } from './elementwise.js';

/** Repeats a value along dimensions of size 1 (and new leading ones) until it has `shape`. */
export const expandOperator: Operator<{ readonly shape: Shape }> = {
  name: 'expand',
  infer: (inputs, { shape }) => {
    const [x] = inputs;
    const extra = shape.length - x!.shape.length;
    if (extra < 0 || x!.shape.some((size, i) => size !== 1 && size !== shape[i + extra]))
      throw refuse('expand', inputs, `it cannot be repeated to shape ${formatShape(shape)}`);
    return { shape, dtype: x!.dtype };
  },
  gradient: ({ inputs, cotangent }) => [sumToShape(cotangent, inputs[0]!.shape)],
  onnx: (emit, [x], _node, { shape }) => emit.node('Expand', [x!, emit.ints(shape)]),
};

export const expand = (x: Node, shape: Shape): Node =>
  sameShape(x.shape, shape) ? x : apply(expandOperator, [x], { shape });

/** One number everywhere, without storing it more than once. */
export const full = (shape: Shape, value: number): Node => expand(scalar(value), shape);
