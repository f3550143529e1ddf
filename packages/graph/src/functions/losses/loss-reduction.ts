import type { Node } from '../../node.js';
import { mean } from '../../operators/mean.js';
import { sum } from '../../operators/sum.js';

/** What becomes of the losses of the elements: their average, their sum, or all of them. */
export type LossReduction = 'mean' | 'sum' | 'none';

export interface LossOptions {
  readonly reduction?: LossReduction | undefined;
}

export function reduceLoss(losses: Node, reduction: LossReduction = 'mean'): Node {
  if (reduction === 'none') return losses;
  return reduction === 'sum' ? sum(losses) : mean(losses);
}
