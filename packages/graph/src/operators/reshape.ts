import { formatShape, sameShape, sizeOf, type Shape } from '@ungrain/core';
import type { Node } from '../node.js';
import { apply, refuse, type Operator } from '../operator.js';

/** The same elements in another shape. */
export const reshapeOperator: Operator<{ readonly shape: Shape }> = {
  name: 'reshape',
  infer: (inputs, { shape }) => {
    if (sizeOf(shape) !== sizeOf(inputs[0]!.shape))
      throw refuse('reshape', inputs, `these elements do not fill shape ${formatShape(shape)}`);
    return { shape, dtype: inputs[0]!.dtype };
  },
  gradient: ({ inputs, cotangent }) => [reshape(cotangent, inputs[0]!.shape)],
  onnx: (emit, [x], _node, { shape }) => emit.node('Reshape', [x!, emit.ints(shape)], { allowzero: 1 }),
};

export const reshape = (x: Node, shape: Shape): Node =>
  sameShape(x.shape, shape) ? x : apply(reshapeOperator, [x], { shape });
