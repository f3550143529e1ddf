import type { Node } from '../../node.js';
import { clamp } from '../../operators/clamp.js';
import { expm1 } from '../../operators/expm1.js';
import { greater } from '../../operators/greater.js';
import { multiply } from '../../operators/multiply.js';
import { where } from '../../operators/where.js';

/** x above 0, α·(eˣ − 1) elsewhere (Clevert et al., 2016). */
export function elu(x: Node, alpha = 1): Node {
  const below = multiply(expm1(clamp(x, { max: 0 })), alpha); // clamped: the branch not taken must not overflow
  return where(greater(x, 0), x, below);
}
