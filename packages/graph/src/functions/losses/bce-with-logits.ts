import type { Node } from '../../node.js';
import { multiply } from '../../operators/multiply.js';
import { softplus } from '../../operators/softplus.js';
import { subtract } from '../../operators/subtract.js';
import { reduceLoss, type LossOptions } from './loss-reduction.js';

/** Binary cross entropy of logits x with probabilities y: −y·ln σ(x) − (1 − y)·ln(1 − σ(x)) = ln(1 + eˣ) − x·y. */
export const bceWithLogits = (x: Node, y: Node, { reduction }: LossOptions = {}): Node =>
  reduceLoss(subtract(softplus(x), multiply(x, y)), reduction);
