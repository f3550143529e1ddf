import type { Node } from '../../node.js';
import { negate } from '../../operators/negate.js';
import { softplus } from '../../operators/softplus.js';

/** ln σ(x) = −ln(1 + e⁻ˣ), without overflow. */
export const logSigmoid = (x: Node): Node => negate(softplus(negate(x)));
