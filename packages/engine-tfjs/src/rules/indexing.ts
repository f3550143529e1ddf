import { sizeOf, type Shape } from '@ungrain/core';
import type { ops } from '@ungrain/graph';
import type { Tensorflow, TfTensor } from '../tensorflow.js';
import { plain, type AttributesOf, type Rules } from './rule.js';

/** Negative indices count from the back. */
const fromFront = (tf: Tensorflow, indices: TfTensor, size: number): TfTensor =>
  tf.where(tf.less(indices, tf.scalar(0, 'int32')), tf.add(indices, tf.scalar(size, 'int32')), indices);

/**
 * Where each index points to in the flat `shape`, as a list: its own place in every dimension but `axis`, and what it
 * says along that.
 */
function flatPlaces(tf: Tensorflow, indices: TfTensor, shape: Shape, axis: number): TfTensor {
  const strides = shape.map((_, i) => sizeOf(shape.slice(i + 1)));
  const elsewhere = Int32Array.from({ length: indices.size });
  const count = new Array<number>(shape.length).fill(0);
  let place = 0;
  for (let k = 0; k < elsewhere.length; k++) {
    elsewhere[k] = place;
    for (let i = shape.length - 1; i >= 0; i--) {
      const stride = i === axis ? 0 : strides[i]!;
      place += stride;
      if ((count[i]! += 1) < indices.shape[i]!) break;
      place -= stride * count[i]!;
      count[i] = 0;
    }
  }
  const along = tf.mul(tf.reshape(fromFront(tf, indices, shape[axis]!), [-1]), tf.scalar(strides[axis]!, 'int32'));
  return tf.add(along, tf.tensor1d(elsewhere, 'int32'));
}

export const indexingRules: Rules = {
  gather: plain<AttributesOf<typeof ops.gatherOperator>>((tf, [x, indices], { axis }) =>
    tf.gather(x!, fromFront(tf, indices!, x!.shape[axis]!), axis),
  ),
  gatherElements: plain<AttributesOf<typeof ops.gatherElementsOperator>>((tf, [x, indices], { axis }) =>
    tf.reshape(tf.gather(tf.reshape(x!, [-1]), flatPlaces(tf, indices!, x!.shape, axis)), indices!.shape),
  ),
  scatterAdd: plain<AttributesOf<typeof ops.scatterAddOperator>>((tf, [x, indices, source], { axis }) => {
    const places = tf.expandDims(flatPlaces(tf, indices!, x!.shape, axis), 1);
    return tf.add(x!, tf.reshape(tf.scatterND(places, tf.reshape(source!, [-1]), [x!.size]), x!.shape));
  }),
};
