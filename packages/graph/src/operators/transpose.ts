import type { Node } from '../node.js';
import { apply, refuse, type Operator } from '../operator.js';

/** Permutes dimensions: output dimension i is input dimension permutation[i]. */
export const transposeOperator: Operator<{ readonly permutation: readonly number[] }> = {
  name: 'transpose',
  infer: (inputs, { permutation }) => {
    const [x] = inputs;
    if (permutation.toSorted((a, b) => a - b).some((axis, i) => axis !== i) || permutation.length !== x!.shape.length)
      throw refuse('transpose', inputs, `[${permutation.join(', ')}] is no permutation of its dimensions`);
    return { shape: permutation.map((axis) => x!.shape[axis]!), dtype: x!.dtype };
  },
  gradient: ({ attributes: { permutation }, cotangent }) => [
    transpose(
      cotangent,
      permutation.map((_, i) => permutation.indexOf(i)),
    ),
  ],
  onnx: (emit, inputs, _node, { permutation }) => emit.node('Transpose', inputs, { perm: permutation }),
};

export const transpose = (x: Node, permutation: readonly number[]): Node =>
  apply(transposeOperator, [x], { permutation });
