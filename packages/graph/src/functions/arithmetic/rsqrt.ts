import type { Node } from '../../node.js';
import { reciprocal } from '../../operators/reciprocal.js';
import { sqrt } from '../../operators/sqrt.js';

/** 1/√x. */
export const rsqrt = (x: Node): Node => reciprocal(sqrt(x));
