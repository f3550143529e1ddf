import { multiply } from './multiply.js';
import { negate } from './negate.js';
import type { Node } from '../node.js';
import { applyBinary, binary } from './elementwise.js';

/** a / b. d(a/b) = da / b − (a / b²) db. */
export const divideOperator = binary({
  name: 'divide',
  onnx: 'Div',
  gradient: ({ inputs: [, b], cotangent, node }) => [
    divide(cotangent, b!),
    negate(divide(multiply(cotangent, node), b!)),
  ],
});

export const divide = (a: Node | number, b: Node | number): Node => applyBinary(divideOperator, a, b);
