import type { Node } from '../../node.js';
import { add } from '../../operators/add.js';
import { exp } from '../../operators/exp.js';
import { mean } from '../../operators/mean.js';
import { multiply } from '../../operators/multiply.js';
import { subtract } from '../../operators/subtract.js';
import { sum } from '../../operators/sum.js';
import { square } from '../arithmetic/square.js';

/**
 * KL(N(μ, e^λ) ‖ N(0, 1)) = ½ Σ(μ² + e^λ − 1 − λ) for means and log-variances [N, …], summed over a sample and averaged
 * over the batch (Kingma & Welling, 2014, appendix B).
 */
export function klDiagonalGaussian(mu: Node, logVariance: Node): Node {
  const terms = subtract(add(square(mu), exp(logVariance)), add(logVariance, 1));
  const samples = sum(
    terms,
    mu.shape.slice(1).map((_, i) => i + 1),
  );
  return multiply(mean(samples), 0.5);
}
