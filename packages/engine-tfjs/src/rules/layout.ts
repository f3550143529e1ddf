import type { ops } from '@ungrain/graph';
import { padded } from '../kernels/pad.js';
import { asHeld } from '../program/layout.js';
import { heldAxes, inPlace, plain, type AttributesOf, type Rules } from './rule.js';

/** What moves elements and computes nothing. */
export const layoutRules: Rules = {
  concat: inPlace<AttributesOf<typeof ops.concatOperator>>((tf, xs, { axis }, held) =>
    xs.length === 1 ? tf.clone(xs[0]!) : tf.concat([...xs], heldAxes(held, [axis])[0]),
  ),
  expand: inPlace<AttributesOf<typeof ops.expandOperator>>((tf, [x], { shape }, held) =>
    tf.broadcastTo(x!, asHeld(held, shape)),
  ),
  flip: inPlace<AttributesOf<typeof ops.flipOperator>>((tf, [x], { axes }, held) =>
    tf.reverse(x!, heldAxes(held, axes)),
  ),
  pad: inPlace<AttributesOf<typeof ops.padOperator>>((tf, [x], { before, after, value }, held) =>
    padded(tf, x!, asHeld(held, before), asHeld(held, after), value),
  ),
  reshape: { lower: (build, [x], { shape }) => build.reshape(x!, shape) },
  slice: inPlace<AttributesOf<typeof ops.sliceOperator>>((tf, [x], { starts, ends, steps }, held) =>
    tf.stridedSlice(x!, asHeld(held, starts), asHeld(held, ends), asHeld(held, steps)),
  ),
  transpose: plain<AttributesOf<typeof ops.transposeOperator>>((tf, [x], { permutation }) =>
    tf.transpose(x!, [...permutation]),
  ),
  /** Repeats columns, then rows, as one more dimension each. */
  upsampleNearest2d: plain<AttributesOf<typeof ops.upsampleNearest2dOperator>>(
    (tf, [x], { factor: [rows, columns] }) => {
      const [n, channels, height, width] = x!.shape as [number, number, number, number];
      const wide = tf.tile(tf.reshape(x!, [n * channels * height * width, 1]), [1, columns]);
      const tall = tf.tile(tf.reshape(wide, [n * channels * height, 1, width * columns]), [1, rows, 1]);
      return tf.reshape(tall, [n, channels, height * rows, width * columns]);
    },
  ),
};
