import type { Node } from '../../node.js';
import { add } from '../../operators/add.js';
import { clamp } from '../../operators/clamp.js';
import { exp } from '../../operators/exp.js';
import { log } from '../../operators/log.js';
import { max } from '../../operators/max.js';
import { reductionAxes, restoreDims, type ReductionOptions } from '../../operators/reduction.js';
import { stopGradient } from '../../operators/stop-gradient.js';
import { subtract } from '../../operators/subtract.js';
import { sum } from '../../operators/sum.js';

const LARGEST_FLOAT = (2 - 2 ** -23) * 2 ** 127;

/** ln Σeˣ over `axes` (all by default), as m + ln Σ exp(x − m) with m the largest x, so that nothing overflows. */
export function logSumExp(x: Node, axes?: readonly number[], options?: ReductionOptions): Node {
  const over = reductionAxes('logSumExp', x, axes);
  // any m gives the same result, hence no gradient through it; a finite one keeps ∞ − ∞ out
  const m = stopGradient(clamp(max(x, over, options), { min: -LARGEST_FLOAT, max: LARGEST_FLOAT }));
  const shifted = subtract(x, restoreDims(m, x.shape, over));
  return add(m, log(sum(exp(shifted), over, options)));
}
