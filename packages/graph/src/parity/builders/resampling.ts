import * as ops from '../../ops.js';
import type { Attributes } from '../attributes.js';
import type { Builders } from '../builder.js';

const pool = (attributes: Attributes) => ({
  stride: attributes.pair('stride', attributes.pair('kernel')),
  padding: attributes.pair('padding', [0, 0]),
  ceilMode: attributes.flag('ceil_mode', false),
});

const target = (attributes: Attributes) =>
  attributes.has('size') ? { size: attributes.pair('size') } : { scale: attributes.pair('scale') };

const interpolation = (attributes: Attributes) => ({
  alignCorners: attributes.flag('align_corners', false),
  antialias: attributes.flag('antialias', false),
});

export const resamplingBuilders: Builders = {
  avg_pool2d: ({ x }, attributes) =>
    ops.avgPool2d(x!, attributes.pair('kernel'), {
      ...pool(attributes),
      countIncludePad: attributes.flag('count_include_pad', true),
    }),
  adaptive_avg_pool2d: ({ x }, attributes) => ops.adaptiveAvgPool2d(x!, attributes.pair('out')),
  max_pool2d: ({ x }, attributes) =>
    ops.maxPool2d(x!, attributes.pair('kernel'), {
      ...pool(attributes),
      dilation: attributes.pair('dilation', [1, 1]),
    }),
  upsample_nearest: ({ x }, attributes) => ops.interpolateNearest(x!, target(attributes)),
  upsample_bilinear: ({ x }, attributes) => ops.interpolateBilinear(x!, target(attributes), interpolation(attributes)),
  upsample_bicubic: ({ x }, attributes) =>
    ops.interpolateBicubic(x!, target(attributes), {
      ...interpolation(attributes),
      ...(attributes.has('a') && { a: attributes.number('a') }),
    }),
  pixel_shuffle: ({ x }, attributes) => ops.pixelShuffle(x!, attributes.number('r')),
  pixel_unshuffle: ({ x }, attributes) => ops.pixelUnshuffle(x!, attributes.number('r')),
};
