import type { Node } from '../node.js';
import { and } from './and.js';
import { applyBinary, binary } from './elementwise.js';
import { equal } from './equal.js';
import { greaterOrEqual } from './greater-or-equal.js';
import { log } from './log.js';
import { multiply } from './multiply.js';
import { subtract } from './subtract.js';
import { where } from './where.js';

/**
 * xʸ. Negative x need whole y. ∂/∂x = y·xʸ⁻¹, and 0 where y = 0; ∂/∂y = xʸ·ln x, and 0 where x = 0 ≤ y. With these
 * exceptions 0⁰ = 1 has finite gradients, as in PyTorch.
 */
export const powOperator = binary({
  name: 'pow',
  onnx: 'Pow',
  gradient: ({ inputs: [x, y], cotangent, node }) => {
    const slope = where(equal(y!, 0), 0, multiply(y!, pow(x!, subtract(y!, 1))));
    const growth = where(and(equal(x!, 0), greaterOrEqual(y!, 0)), 0, multiply(node, log(x!)));
    return [multiply(cotangent, slope), multiply(cotangent, growth)];
  },
});

export const pow = (x: Node | number, y: Node | number): Node => applyBinary(powOperator, x, y);
