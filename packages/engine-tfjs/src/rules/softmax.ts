import type { ops } from '@ungrain/graph';
import { plain, type AttributesOf, type Rules } from './rule.js';

type Attributes = AttributesOf<typeof ops.softmaxOperator>;

/**
 * Written out: the native library's own softmax multiplies by a rounded reciprocal, so that the only element of a row
 * does not become 1, and its gradient not 0.
 */
export const softmaxRules: Rules = {
  /** x − max x − ln Σ exp(x − max x) */
  logSoftmax: plain<Attributes>((tf, [x], { axis }) => {
    const shifted = tf.sub(x!, tf.max(x!, axis, true));
    return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), axis, true)));
  }),
  /** exp(x − max x) / Σ exp(x − max x) */
  softmax: plain<Attributes>((tf, [x], { axis }) => {
    const powers = tf.exp(tf.sub(x!, tf.max(x!, axis, true)));
    return tf.div(powers, tf.sum(powers, axis, true));
  }),
};
