import { toNode, type Node } from '../node.js';
import { apply, requireFloat, type Operator } from '../operator.js';
import { and } from './and.js';
import { greaterOrEqual } from './greater-or-equal.js';
import { lessOrEqual } from './less-or-equal.js';
import { where } from './where.js';

/** Bounds of a clamp; a missing one does not bound. */
export interface ClampAttributes {
  readonly min?: number;
  readonly max?: number;
}

/** min(max(x, lower), upper). The cotangent passes inside and AT the bounds. If lower > upper, everything is upper. */
export const clampOperator: Operator<ClampAttributes> = {
  name: 'clamp',
  infer: (inputs) => {
    requireFloat('clamp', inputs);
    return { shape: inputs[0]!.shape };
  },
  gradient: ({ inputs: [x], attributes: { min, max }, cotangent }) => {
    const bounds = [
      ...(min === undefined ? [] : [greaterOrEqual(x!, min)]),
      ...(max === undefined ? [] : [lessOrEqual(x!, max)]),
    ];
    return [bounds.length === 0 ? cotangent : where(bounds.reduce(and), cotangent, 0)];
  },
  onnx: (emit, [x], _node, { min, max }) => {
    const raised = min === undefined ? x! : emit.node('Max', [x!, emit.float(min)]);
    return max === undefined ? raised : emit.node('Min', [raised, emit.float(max)]);
  },
};

/** `x` limited to [min, max]. */
export const clamp = (x: Node | number, bounds: ClampAttributes): Node => apply(clampOperator, [toNode(x)], bounds);
