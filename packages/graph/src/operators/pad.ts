import type { Node } from '../node.js';
import { apply, refuse, requireFloat, type Operator } from '../operator.js';
import { sliceBox } from './slice.js';

interface PadAttributes {
  /** Elements added in front of and behind each dimension. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly value: number;
}

/** Surrounds a value with a constant. Its cotangent is cut back. */
export const padOperator: Operator<PadAttributes> = {
  name: 'pad',
  infer: (inputs, { before, after }) => {
    requireFloat('pad', inputs);
    const { shape } = inputs[0]!;
    if (before.length !== shape.length || after.length !== shape.length || [...before, ...after].some((n) => n < 0))
      throw refuse('pad', inputs, `it cannot be padded by [${before.join(', ')}] and [${after.join(', ')}]`);
    return { shape: shape.map((size, i) => before[i]! + size + after[i]!) };
  },
  gradient: ({ inputs: [x], attributes: { before }, cotangent }) => [
    sliceBox(
      cotangent,
      before,
      x!.shape.map((size, i) => before[i]! + size),
    ),
  ],
  onnx: (emit, [x], _node, { before, after, value }) =>
    emit.node('Pad', [x!, emit.ints([...before, ...after]), emit.float(value)]),
};

/** `x` with `before` and `after` elements of `value` added to each dimension; negative numbers cut elements off. */
export function pad(x: Node, before: readonly number[], after: readonly number[], value = 0): Node {
  const cut = (n: number): number => Math.max(0, -n);
  const add = (n: number): number => Math.max(0, n);
  const cropped = [...before, ...after].some((n) => n < 0)
    ? sliceBox(
        x,
        before.map(cut),
        after.map((n, i) => x.shape[i]! - cut(n)),
      )
    : x;
  if ([...before, ...after].every((n) => n <= 0)) return cropped;
  return apply(padOperator, [cropped], { before: before.map(add), after: after.map(add), value });
}
