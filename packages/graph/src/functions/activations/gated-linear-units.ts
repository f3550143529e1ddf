import type { Node } from '../../node.js';
import { gelu } from '../../operators/gelu.js';
import { multiply } from '../../operators/multiply.js';
import { split } from '../layout/split.js';
import { silu } from './silu.js';

/** Gated linear units (Shazeer, 2020): one half of the features scales the other. */

/** value · gelu(gate) for the two halves (value, gate) of `x` along `axis`. */
export function geglu(x: Node, axis = -1): Node {
  const [value, gate] = split(x, 2, axis);
  return multiply(value!, gelu(gate!));
}

/** silu(gate) · value. */
export const swiglu = (gate: Node, value: Node): Node => multiply(silu(gate), value);
