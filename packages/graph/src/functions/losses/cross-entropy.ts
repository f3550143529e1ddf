import { integers, type Node } from '../../node.js';
import { refuse } from '../../operator.js';
import { add } from '../../operators/add.js';
import { cast } from '../../operators/cast.js';
import { divide } from '../../operators/divide.js';
import { equal } from '../../operators/equal.js';
import { gather } from '../../operators/gather.js';
import { gatherElements } from '../../operators/gather-elements.js';
import { logSoftmax } from '../../operators/log-softmax.js';
import { mean } from '../../operators/mean.js';
import { multiply } from '../../operators/multiply.js';
import { negate } from '../../operators/negate.js';
import { not } from '../../operators/not.js';
import { reshape } from '../../operators/reshape.js';
import { sum } from '../../operators/sum.js';
import { where } from '../../operators/where.js';
import { squeeze, unsqueeze } from '../layout/squeeze.js';
import { reduceLoss, type LossOptions } from './loss-reduction.js';

export interface NllOptions extends LossOptions {
  /** The weight of each class, [C]; the mean is then a weighted one. */
  readonly weight?: Node | undefined;
  /** Elements with this label do not count. */
  readonly ignoreIndex?: number;
}

export interface CrossEntropyOptions extends NllOptions {
  /** The share of the target that is spread evenly over all classes (Szegedy et al., 2016). */
  readonly labelSmoothing?: number;
}

/**
 * −Σ_c target_c·ln softmax(logits)_c for logits [N, C, …] (or [C]). The target is the class of each element, int64
 * [N, …], or a probability for each class, float32 of the logits' shape.
 */
export function crossEntropy(logits: Node, target: Node, options: CrossEntropyOptions = {}): Node {
  const logProbabilities = logSoftmax(logits, classAxis(logits));
  return target.dtype === 'int64'
    ? withLabels(logProbabilities, target, options)
    : withProbabilities(logProbabilities, target, options);
}

/** The negative log-likelihood −ln p of each element's class: cross entropy of log-probabilities [N, C, …] (or [C]). */
export const nll = (logProbabilities: Node, target: Node, options: NllOptions = {}): Node =>
  withLabels(logProbabilities, target, options);

/** Classes are dimension 1, or the only one. */
const classAxis = ({ shape }: Node): number => (shape.length === 1 ? 0 : 1);

function withLabels(
  logProbabilities: Node,
  target: Node,
  { weight, ignoreIndex = -100, labelSmoothing = 0, reduction = 'mean' }: CrossEntropyOptions,
): Node {
  const axis = classAxis(logProbabilities);
  if (target.dtype !== 'int64' || target.shape.length !== logProbabilities.shape.length - 1)
    throw refuse('crossEntropy', [logProbabilities, target], 'labels need int64 and every dimension but the classes');
  const counted = not(equal(target, integers([ignoreIndex], [])));
  const label = where(counted, target, integers([0], []));
  const share = weight ? multiply(gather(weight, label), cast(counted)) : cast(counted);
  const picked = squeeze(gatherElements(logProbabilities, unsqueeze(label, axis), axis), axis);
  const hard = negate(multiply(picked, share));
  const losses = labelSmoothing === 0 ? hard : smoothed(hard);
  return reduction === 'mean' ? divide(sum(losses), sum(share)) : reduceLoss(losses, reduction);

  function smoothed(sharp: Node): Node {
    const weighted = weight ? multiply(logProbabilities, perClass(weight, logProbabilities)) : logProbabilities;
    const even = multiply(mean(weighted, [axis]), cast(counted)); // 1/C of each class
    return add(multiply(sharp, 1 - labelSmoothing), multiply(even, -labelSmoothing));
  }
}

function withProbabilities(
  logProbabilities: Node,
  target: Node,
  { weight, labelSmoothing = 0, reduction }: CrossEntropyOptions,
): Node {
  const axis = classAxis(logProbabilities);
  const classes = logProbabilities.shape[axis]!;
  const mixed = labelSmoothing === 0 ? target : add(multiply(target, 1 - labelSmoothing), labelSmoothing / classes);
  const weighted = weight ? multiply(mixed, perClass(weight, logProbabilities)) : mixed;
  return reduceLoss(negate(sum(multiply(weighted, logProbabilities), [axis])), reduction);
}

/** A value for each class, [C], laid along the dimension of the classes. */
const perClass = (values: Node, like: Node): Node =>
  reshape(
    values,
    like.shape.map((size, i) => (i === classAxis(like) ? size : 1)),
  );
