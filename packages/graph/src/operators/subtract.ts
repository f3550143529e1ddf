import { negate } from './negate.js';
import type { Node } from '../node.js';
import { applyBinary, binary } from './elementwise.js';

/** a − b. */
export const subtractOperator = binary({
  name: 'subtract',
  onnx: 'Sub',
  gradient: ({ cotangent }) => [cotangent, negate(cotangent)],
});

export const subtract = (a: Node | number, b: Node | number): Node => applyBinary(subtractOperator, a, b);
