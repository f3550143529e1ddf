import * as ops from '../../ops.js';
import type { Builders } from '../builder.js';
import { pythonSlice } from './python-slice.js';

export const indexingBuilders: Builders = {
  embedding: ({ idx, w }) => ops.gather(w!, idx!),
  index_select: ({ x, idx }, attributes) => ops.gather(x!, idx!, attributes.number('dim')),
  gather: ({ x, idx }, attributes) => ops.gatherElements(x!, idx!, attributes.number('dim')),
  scatter_add: ({ x, idx, src }, attributes) => ops.scatterAdd(x!, idx!, src!, attributes.number('dim')),
  slice: ({ x }, attributes) => pythonSlice(x!, attributes.text('expr')),
  tril: ({ x }, attributes) => ops.tril(x!, attributes.number('diagonal', 0)),
  triu: ({ x }, attributes) => ops.triu(x!, attributes.number('diagonal', 0)),
};
