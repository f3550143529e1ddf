import type { Node } from '../node.js';
import { applyBinary, binary } from './elementwise.js';
import { shareBetweenTies } from './ties.js';

/** The larger of a and b; a tie gives half the cotangent to each, as in PyTorch. */
export const maximumOperator = binary({
  name: 'maximum',
  onnx: 'Max',
  gradient: (context) => shareBetweenTies(context),
});

export const maximum = (a: Node | number, b: Node | number): Node => applyBinary(maximumOperator, a, b);
