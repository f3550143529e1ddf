import * as ops from '../../ops.js';
import type { Builders } from '../builder.js';

export const linearBuilders: Builders = {
  linear: ({ x, w, b }) => ops.linear(x!, w!, b ?? null),
  matmul: ({ a, b }) => ops.matmul(a!, b!),
  'a @ b^T': ({ a, b }) => ops.matmul(a!, ops.transpose(b!, [0, 2, 1])),
  einsum: ({ a, b }, attributes) => ops.einsum(attributes.text('equation'), a!, b!),
};
