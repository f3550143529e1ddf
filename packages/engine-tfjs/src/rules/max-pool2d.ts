import type { ops } from '@ungrain/graph';
import { padded } from '../kernels/pad.js';
import type { Tensorflow, TfTensor } from '../tensorflow.js';
import { plain, type AttributesOf, type Rules } from './rule.js';

type Attributes = AttributesOf<typeof ops.maxPool2dOperator>;
type FourSizes = readonly [number, number, number, number];

/** The first pixel of each window, the second, and so on: as many images as a window has pixels, of the result's size. */
function windows(tf: Tensorflow, x: TfTensor, { kernel, stride, dilation, before, after }: Attributes): TfTensor[] {
  const image = padded(tf, x, [0, 0, ...before], [0, 0, ...after], -Infinity);
  const [n, channels, height, width] = image.shape as unknown as FourSizes;
  const last = ([0, 1] as const).map((i) => [height, width][i]! - dilation[i] * (kernel[i] - 1));
  return Array.from({ length: kernel[0] * kernel[1] }, (_, k) => {
    const [row, column] = [Math.floor(k / kernel[1]) * dilation[0], (k % kernel[1]) * dilation[1]];
    const [bottom, right] = [row + last[0]!, column + last[1]!];
    return tf.stridedSlice(image, [0, 0, row, column], [n, channels, bottom, right], [1, 1, ...stride]);
  });
}

const largest = (tf: Tensorflow, candidates: readonly TfTensor[]): TfTensor =>
  candidates.reduce((a, b) => tf.maximum(a, b));

export const maxPoolRules: Rules = {
  maxPool2d: plain<Attributes>((tf, [x], attributes) => tf.clone(largest(tf, windows(tf, x!, attributes)))),

  /** Each pixel of the cotangent is added to the first pixel of its window that is the largest. */
  maxPool2dGradient: plain<Attributes>((tf, [x, dy], attributes) => {
    const candidates = windows(tf, x!, attributes);
    const pooled = largest(tf, candidates);
    const places = windows(tf, tf.reshape(tf.range(0, x!.size, 1, 'float32'), x!.shape), attributes);
    const chosen = candidates.reduceRight<TfTensor>(
      (found, candidate, i) => tf.where(tf.equal(candidate, pooled), places[i]!, found),
      tf.zerosLike(pooled),
    );
    const indices = tf.reshape(tf.cast(chosen, 'int32'), [-1, 1]);
    return tf.reshape(tf.scatterND(indices, tf.reshape(dy!, [-1]), [x!.size]), x!.shape);
  }),
};
