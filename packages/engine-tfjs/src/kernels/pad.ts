import type { Tensorflow, TfTensor } from '../tensorflow.js';

/** `x` with `before` and `after` elements of `value` added to each dimension: one dimension at a time where there are many. */
export function padded(
  tf: Tensorflow,
  x: TfTensor,
  before: readonly number[],
  after: readonly number[],
  value = 0,
): TfTensor {
  const axes = x.shape.flatMap((_, i) => (before[i]! + after[i]! > 0 ? [i] : []));
  if (axes.length === 0) return tf.clone(x);
  if (x.rank <= 4)
    return tf.pad(
      x,
      x.shape.map((_, i): [number, number] => [before[i]!, after[i]!]),
      value,
    );
  return axes.reduce((y, axis) => {
    const size = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
    const middle = tf.reshape(y, [size(y.shape.slice(0, axis)), y.shape[axis]!, size(y.shape.slice(axis + 1))]);
    const wider = tf.pad(
      middle,
      [
        [0, 0],
        [before[axis]!, after[axis]!],
        [0, 0],
      ],
      value,
    );
    return tf.reshape(wider, y.shape.toSpliced(axis, 1, wider.shape[1]!));
  }, x);
}
