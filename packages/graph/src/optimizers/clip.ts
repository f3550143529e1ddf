import type { Node } from '../node.js';
import { add } from '../operators/add.js';
import { divide } from '../operators/divide.js';
import { minimum } from '../operators/minimum.js';
import { multiply } from '../operators/multiply.js';
import { sqrt } from '../operators/sqrt.js';
import { sum } from '../operators/sum.js';

/** ‖g‖₂ over all gradients together; a scalar. */
export const globalNorm = (gradients: readonly Node[]): Node =>
  sqrt(gradients.map((g) => sum(multiply(g, g))).reduce((a, b) => add(a, b)));

/** Gradients scaled by min(1, maxNorm / (norm + 10⁻⁶)), as torch.nn.utils.clip_grad_norm_. */
export function clipByGlobalNorm(gradients: readonly Node[], norm: Node, maxNorm: number): Node[] {
  const factor = minimum(divide(maxNorm, add(norm, 1e-6)), 1);
  return gradients.map((g) => multiply(g, factor));
}
