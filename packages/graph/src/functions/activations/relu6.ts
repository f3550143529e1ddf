import type { Node } from '../../node.js';
import { and } from '../../operators/and.js';
import { clamp } from '../../operators/clamp.js';
import { greater } from '../../operators/greater.js';
import { less } from '../../operators/less.js';
import { stopGradient } from '../../operators/stop-gradient.js';
import { where } from '../../operators/where.js';

/** min(max(x, 0), 6). Unlike clamp's, the gradient is 0 at 0 and 6 themselves, as in PyTorch. */
export const relu6 = (x: Node): Node =>
  where(and(greater(x, 0), less(x, 6)), x, stopGradient(clamp(x, { min: 0, max: 6 })));
