import type { Node } from '../../node.js';
import { multiply } from '../../operators/multiply.js';
import { sigmoid } from '../../operators/sigmoid.js';

/** x·σ(1.702x), the sigmoid approximation of GELU (Hendrycks & Gimpel, 2016) that CLIP uses. */
export const quickGelu = (x: Node, slope = 1.702): Node => multiply(x, sigmoid(multiply(x, slope)));
