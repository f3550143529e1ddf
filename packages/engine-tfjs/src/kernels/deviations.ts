import type { Tensorflow, TfTensor } from '../tensorflow.js';

/**
 * x − μ and the population variance over some dimensions, which stay with size 1. The computed mean is a rounded
 * float32: where it is large and the variance small, x less it still has a mean that counts, which is taken off too.
 */
export function deviations(
  tf: Tensorflow,
  x: TfTensor,
  axes: readonly number[],
): { readonly mean: TfTensor; readonly deviation: TfTensor; readonly variance: TfTensor } {
  const over = [...axes];
  const mean = tf.mean(x, over, true);
  const rough = tf.sub(x, mean);
  const deviation = tf.sub(rough, tf.mean(rough, over, true));
  return { mean, deviation, variance: tf.mean(tf.square(deviation), over, true) };
}
