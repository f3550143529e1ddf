import type { Node } from '../node.js';
import { applyUnary, unary } from './elementwise.js';

/** The largest whole number that is not above x. Piecewise constant: no gradient flows. */
export const floorOperator = unary({
  name: 'floor',
  onnx: 'Floor',
});

export const floor = (x: Node | number): Node => applyUnary(floorOperator, x);
