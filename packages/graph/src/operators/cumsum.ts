import type { Node } from '../node.js';
import { apply, axisOf, refuse, requireFloat, type Operator } from '../operator.js';

interface CumsumAttributes {
  readonly axis: number;
  /** Sums from the back instead of from the front. */
  readonly reverse: boolean;
}

/** Running sums along one dimension: yᵢ = Σ_{j ≤ i} xⱼ. The adjoint sums from the other end. */
export const cumsumOperator: Operator<CumsumAttributes> = {
  name: 'cumsum',
  infer: (inputs, { axis }) => {
    requireFloat('cumsum', inputs);
    const { shape } = inputs[0]!;
    if (!(axis in shape)) throw refuse('cumsum', inputs, `it has no dimension ${axis}`);
    return { shape };
  },
  gradient: ({ attributes: { axis, reverse }, cotangent }) => [cumsum(cotangent, axis, { reverse: !reverse })],
  onnx: (emit, [x], _node, { axis, reverse }) =>
    emit.node('CumSum', [x!, emit.ints([axis])], { reverse: reverse ? 1 : 0 }),
};

/** Running sums of `x` along `axis` (negative ones count from the back). */
export const cumsum = (x: Node, axis: number, { reverse = false } = {}): Node =>
  apply(cumsumOperator, [x], { axis: axisOf('cumsum', [x], axis, x.shape.length), reverse });
