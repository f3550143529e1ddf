import type { Node } from '../node.js';
import { applyBinary, binary } from './elementwise.js';

/** a + b. Both cotangents are the output's. */
export const addOperator = binary({
  name: 'add',
  onnx: 'Add',
  gradient: ({ cotangent }) => [cotangent, cotangent],
});

export const add = (a: Node | number, b: Node | number): Node => applyBinary(addOperator, a, b);
