import type { Node } from '../../node.js';
import { concat } from '../../operators/concat.js';
import { unsqueeze } from './squeeze.js';

/** Values of one shape side by side in a new dimension `axis` (negative ones count from the back of the result). */
export const stack = (values: readonly Node[], axis = 0): Node =>
  concat(
    values.map((x) => unsqueeze(x, axis)),
    axis,
  );
