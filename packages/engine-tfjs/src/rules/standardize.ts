import type { ops } from '@ungrain/graph';
import { deviations } from '../kernels/deviations.js';
import { plain, type AttributesOf, type Rules } from './rule.js';

type Attributes = AttributesOf<typeof ops.standardizeOperator>;

export const standardizeRules: Rules = {
  /** x̂ = (x − μ)·r with r = 1/√(σ² + ε) */
  standardize: plain<Attributes>((tf, [x], { axes, epsilon }) => {
    const { deviation, variance } = deviations(tf, x!, axes);
    return tf.mul(deviation, tf.rsqrt(tf.add(variance, epsilon)));
  }),

  /** dx = r·(dy − mean(dy) − x̂·mean(dy·x̂)) */
  standardizeGradient: plain<Attributes>((tf, [x, dy], { axes, epsilon }) => {
    const { deviation, variance } = deviations(tf, x!, axes);
    const scale = tf.rsqrt(tf.add(variance, epsilon));
    const normalised = tf.mul(deviation, scale);
    const over = [...axes];
    const dot = tf.mean(tf.mul(dy!, normalised), over, true);
    return tf.mul(tf.sub(tf.sub(dy!, tf.mean(dy!, over, true)), tf.mul(normalised, dot)), scale);
  }),
};
