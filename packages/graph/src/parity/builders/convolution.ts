import * as ops from '../../ops.js';
import type { Attributes } from '../attributes.js';
import type { Builders } from '../builder.js';

const geometry = (attributes: Attributes) => ({
  stride: attributes.pair('stride', [1, 1]),
  padding: attributes.pair('padding', [0, 0]),
  dilation: attributes.pair('dilation', [1, 1]),
  groups: attributes.number('groups', 1),
});

export const convolutionBuilders: Builders = {
  conv2d: ({ x, w, b }, attributes) => ops.conv2d(x!, w!, b ?? null, geometry(attributes)),
  conv1d: ({ x, w, b }, attributes) =>
    ops.conv1d(x!, w!, b ?? null, {
      stride: attributes.number('stride', 1),
      padding: attributes.number('padding', 0),
      dilation: attributes.number('dilation', 1),
      groups: attributes.number('groups', 1),
    }),
  conv_transpose2d: ({ x, w, b }, attributes) =>
    ops.convTranspose2d(x!, w!, b ?? null, {
      ...geometry(attributes),
      outputPadding: attributes.pair('output_padding', [0, 0]),
    }),
  unfold: ({ x }, attributes) => ops.unfold(x!, attributes.pair('kernel'), geometry(attributes)),
};
