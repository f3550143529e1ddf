import type { ops } from '@ungrain/graph';
import type { Tensorflow, TfTensor } from '../tensorflow.js';
import { heldAxes, plain, type AttributesOf, type Rule, type Rules } from './rule.js';

type Attributes = AttributesOf<typeof ops.sumOperator>;
type Reduce = (tf: Tensorflow, x: TfTensor, axes: number[], keepDims: boolean) => TfTensor;

/** Reduces images as they are held, unless the channels would end up behind pixels that remain. */
const reduction = (reduce: Reduce): Rule<Attributes> => ({
  lower(build, [operand], { operator, shape }, attributes) {
    const { axes, keepDims } = attributes;
    if (axes.length === 0) return operand!;
    const fits = keepDims || axes.includes(1) || (axes.includes(2) && axes.includes(3));
    const x = fits ? operand! : build.plain(operand!);
    const channelsLast = x.channelsLast && keepDims;
    const kernel = (tf: Tensorflow, [t]: readonly TfTensor[]) => reduce(tf, t!, heldAxes(x, axes), keepDims);
    return build.call(operator.name, [x], { shape, channelsLast }, kernel, attributes);
  },
});

export const reductionRules: Rules = {
  argmax: plain<AttributesOf<typeof ops.argmaxOperator>>((tf, [x], { axis, keepDims }) => {
    const chosen = tf.argMax(x!, axis);
    return keepDims ? tf.expandDims(chosen, axis) : chosen;
  }),
  cumsum: plain<AttributesOf<typeof ops.cumsumOperator>>((tf, [x], { axis, reverse }) =>
    tf.cumsum(x!, axis, false, reverse),
  ),
  max: reduction((tf, x, axes, keepDims) => tf.max(x, axes, keepDims)),
  mean: reduction((tf, x, axes, keepDims) => tf.mean(x, axes, keepDims)),
  min: reduction((tf, x, axes, keepDims) => tf.min(x, axes, keepDims)),
  prod: reduction((tf, x, axes, keepDims) => tf.prod(x, axes, keepDims)),
  sum: reduction((tf, x, axes, keepDims) => tf.sum(x, axes, keepDims)),
};
