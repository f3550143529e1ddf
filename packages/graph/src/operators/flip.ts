import type { Node } from '../node.js';
import { apply, axisOf, refuse, type Operator } from '../operator.js';

export interface FlipAttributes {
  readonly axes: readonly number[];
}

/** Reverses the order along dimensions. It is its own adjoint. */
export const flipOperator: Operator<FlipAttributes> = {
  name: 'flip',
  infer: (inputs, { axes }) => {
    const [x] = inputs;
    if (axes.some((axis, i) => !(axis in x!.shape) || axes.indexOf(axis) !== i))
      throw refuse('flip', inputs, `[${axes.join(', ')}] are not distinct dimensions of it`);
    return { shape: x!.shape, dtype: x!.dtype };
  },
  gradient: ({ attributes: { axes }, cotangent }) => [flip(cotangent, axes)],
  onnx: (emit, [x], _node, { axes }) =>
    emit.node('Slice', [
      x!,
      emit.ints(axes.map(() => -1)),
      emit.ints(axes.map(() => Number.MIN_SAFE_INTEGER)), // past the front, whatever the size
      emit.ints(axes),
      emit.ints(axes.map(() => -1)),
    ]),
};

export const flip = (x: Node, axes: readonly number[]): Node =>
  apply(flipOperator, [x], { axes: axes.map((axis) => axisOf('flip', [x], axis, x.shape.length)) });
