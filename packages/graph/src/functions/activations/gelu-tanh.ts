import type { Node } from '../../node.js';
import { add } from '../../operators/add.js';
import { multiply } from '../../operators/multiply.js';
import { sigmoid } from '../../operators/sigmoid.js';

/**
 * The tanh approximation of GELU, ½x·(1 + tanh u) with u = √(2/π)·(x + 0.044715x³) (Hendrycks & Gimpel, 2016), written
 * as x·σ(2u), which is the same.
 */
export function geluTanh(x: Node): Node {
  const slope = 2 * Math.sqrt(2 / Math.PI);
  const bend = add(multiply(multiply(x, x), slope * 0.044715), slope);
  return multiply(x, sigmoid(multiply(x, bend)));
}
