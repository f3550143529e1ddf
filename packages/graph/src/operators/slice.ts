import type { Shape } from '@ungrain/core';
import type { Node } from '../node.js';
import { apply, axisOf, refuse, type Operator } from '../operator.js';
import { pad } from './pad.js';
import { reshape } from './reshape.js';

/** Every `step`-th element from `start` (included) to `end` (excluded), for each dimension. */
export interface SliceAttributes {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly steps: readonly number[];
}

/** A box of elements, or a regular grid of them. Its cotangent is put back in place among zeros. */
export const sliceOperator: Operator<SliceAttributes> = {
  name: 'slice',
  infer: (inputs, { starts, ends, steps }) => {
    const [x] = inputs;
    const inside = x!.shape.every((size, i) => 0 <= starts[i]! && starts[i]! <= ends[i]! && ends[i]! <= size);
    if (!inside || starts.length !== x!.shape.length)
      throw refuse('slice', inputs, `[${starts.join(', ')}] to [${ends.join(', ')}] is not inside it`);
    if (steps.length !== x!.shape.length || steps.some((step) => !Number.isInteger(step) || step < 1))
      throw refuse('slice', inputs, `[${steps.join(', ')}] are no steps forward in its dimensions`);
    return { shape: x!.shape.map((_, i) => Math.ceil((ends[i]! - starts[i]!) / steps[i]!)), dtype: x!.dtype };
  },
  gradient: ({ inputs: [x], attributes: { starts, steps }, cotangent }) => {
    const spread = spreadOut(cotangent, steps);
    return [
      pad(
        spread,
        starts,
        x!.shape.map((size, i) => size - starts[i]! - spread.shape[i]!),
      ),
    ];
  },
  onnx: (emit, [x], _node, { starts, ends, steps }) => {
    const axes = emit.ints(starts.map((_, i) => i));
    const box = [x!, emit.ints(starts), emit.ints(ends), axes];
    return emit.node('Slice', steps.every((step) => step === 1) ? box : [...box, emit.ints(steps)]);
  },
};

/** Puts step − 1 zeros behind each element. */
function spreadOut(x: Node, steps: readonly number[]): Node {
  if (steps.every((step) => step === 1)) return x;
  const between = (zeros: readonly number[]): number[] => zeros.flatMap((n) => [0, n]);
  const pairs: Shape = x.shape.flatMap((size) => [size, 1]);
  const padded = pad(reshape(x, pairs), between(steps.map(() => 0)), between(steps.map((step) => step - 1)));
  return reshape(
    padded,
    x.shape.map((size, i) => size * steps[i]!),
  );
}

/** The box from `starts` to `ends` (exclusive), every `steps`-th element of it. */
export const sliceBox = (
  x: Node,
  starts: readonly number[],
  ends: readonly number[],
  steps: readonly number[] = starts.map(() => 1),
): Node => apply(sliceOperator, [x], { starts, ends, steps });

/** Every `step`-th element from `start` to `end` (exclusive) along one dimension; negative numbers count from the back. */
export function slice(x: Node, axis: number, start: number, end: number, step = 1): Node {
  const along = axisOf('slice', [x], axis, x.shape.length);
  const size = x.shape[along]!;
  const at = (value: number, elsewhere: number, i: number): number =>
    i === along ? (value < 0 ? value + size : value) : elsewhere;
  return sliceBox(
    x,
    x.shape.map((_, i) => at(start, 0, i)),
    x.shape.map((length, i) => at(end, length, i)),
    x.shape.map((_, i) => (i === along ? step : 1)),
  );
}
