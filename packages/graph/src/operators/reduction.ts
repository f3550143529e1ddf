import type { Shape } from '@ungrain/core';
import type { Node, OperationNode } from '../node.js';
import { apply, axisOf, refuse, requireFloat, type GradientContext, type Operator } from '../operator.js';
import { reshape } from './reshape.js';

/** Which dimensions a reduction runs over (counted from the front) and whether they stay as size 1. */
export interface ReductionAttributes {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** What users say about a reduction. */
export interface ReductionOptions {
  /** Reduced dimensions stay, with size 1. */
  readonly keepDims?: boolean;
}

/** What differs between reductions: the ONNX operator and the derivative. */
export interface ReductionRule {
  readonly name: string;
  readonly onnx: string;
  /** False if nothing at all cannot be reduced: there is no largest of no elements. */
  readonly emptyAllowed: boolean;
  /** The operand's cotangent. `y` and `cotangent` have the reduced dimensions put back, so that they broadcast. */
  readonly gradient: (context: ReductionGradient) => Node;
}

export interface ReductionGradient {
  readonly x: Node;
  readonly y: Node;
  readonly cotangent: Node;
  readonly axes: readonly number[];
}

/** An operator that reduces some dimensions to one number each. */
export const reduction = ({ name, onnx, emptyAllowed, gradient }: ReductionRule): Operator<ReductionAttributes> => ({
  name,
  infer: (inputs, { axes, keepDims }) => {
    requireFloat(name, inputs);
    const { shape } = inputs[0]!;
    if (axes.some((axis, i) => !(axis in shape) || axes.indexOf(axis) !== i))
      throw refuse(name, inputs, `[${axes.join(', ')}] are not distinct dimensions of it`);
    if (!emptyAllowed && axes.some((axis) => shape[axis] === 0))
      throw refuse(name, inputs, 'there is nothing to reduce');
    return { shape: shape.flatMap((size, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [size])) };
  },
  gradient: ({ node, inputs: [x], attributes: { axes }, cotangent }: GradientContext<ReductionAttributes>) => [
    gradient({
      x: x!,
      y: restoreDims(node, x!.shape, axes),
      cotangent: restoreDims(cotangent, x!.shape, axes),
      axes,
    }),
  ],
  onnx: (emit, [x], _node, { axes, keepDims }) =>
    axes.length === 0 ? x! : emit.node(onnx, [x!, emit.ints(axes)], { keepdims: keepDims ? 1 : 0 }),
});

/** Applies a reduction over `axes`: all by default; negative ones count from the back. */
export const applyReduction = (
  operator: Operator<ReductionAttributes>,
  x: Node,
  axes: readonly number[] | undefined,
  { keepDims = false }: ReductionOptions = {},
): OperationNode => apply(operator, [x], { axes: reductionAxes(operator.name, x, axes), keepDims });

/** Dimensions from the front, sorted; all of them if none are named. */
export function reductionAxes(operator: string, x: Node, axes: readonly number[] | undefined): readonly number[] {
  const rank = x.shape.length;
  if (!axes) return x.shape.map((_, i) => i);
  return axes.map((axis) => axisOf(operator, [x], axis, rank)).toSorted((a, b) => a - b);
}

/** A reduced value with its reduced dimensions put back as size 1, so that it broadcasts against the operand. */
export function restoreDims(reduced: Node, shape: Shape, axes: readonly number[]): Node {
  return reshape(
    reduced,
    shape.map((size, i) => (axes.includes(i) ? 1 : size)),
  );
}
