import type { Node } from '../node.js';
import { applyBinary, binary } from './elementwise.js';
import { shareBetweenTies } from './ties.js';

/** The smaller of a and b; a tie gives half the cotangent to each, as in PyTorch. */
export const minimumOperator = binary({
  name: 'minimum',
  onnx: 'Min',
  gradient: (context) => shareBetweenTies(context),
});

export const minimum = (a: Node | number, b: Node | number): Node => applyBinary(minimumOperator, a, b);
