import type { Node } from '../node.js';
import { applyBinary, binary } from './elementwise.js';

/** a · b. d(ab) = b da + a db. */
export const multiplyOperator = binary({
  name: 'multiply',
  onnx: 'Mul',
  gradient: ({ inputs: [a, b], cotangent }) => [multiply(cotangent, b!), multiply(cotangent, a!)],
});

export const multiply = (a: Node | number, b: Node | number): Node => applyBinary(multiplyOperator, a, b);
