import { sameShape, type Shape } from '@ungrain/core';
import type { Tensorflow, TfTensor } from '../tensorflow.js';
import { plain, type Rules } from './rule.js';

/** A stack of matrices repeated to a stack of `batches`: plain JavaScript repeats wrongly where both operands need it. */
function stacked(tf: Tensorflow, x: TfTensor, batches: Shape): TfTensor {
  const matrix = x.shape.slice(-2);
  return sameShape(x.shape.slice(0, -2), batches) ? x : tf.broadcastTo(x, [...batches, ...matrix]);
}

export const matrixRules: Rules = {
  linear: plain((tf, [x, weight, bias]) => {
    const product = tf.matMul(x!, weight!, false, true);
    return bias ? tf.add(product, bias) : product;
  }),
  matmul: plain((tf, [a, b]) => {
    const batches = tf.broadcast_util.assertAndGetBroadcastShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
    return tf.matMul(stacked(tf, a!, batches), stacked(tf, b!, batches));
  }),
};
