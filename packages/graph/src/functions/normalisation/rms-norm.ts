import type { Node } from '../../node.js';
import { add } from '../../operators/add.js';
import { mean } from '../../operators/mean.js';
import { multiply } from '../../operators/multiply.js';
import { rsqrt } from '../arithmetic/rsqrt.js';
import { square } from '../arithmetic/square.js';
import { affine, type Affine } from './affine.js';
import { lastDimensions } from './last-dimensions.js';

/** Root mean square normalisation (Zhang & Sennrich, 2019): γ·x / √(mean(x²) + ε) over the last dimensions, of shape `over`. */
export function rmsNorm(
  x: Node,
  over: readonly number[] = x.shape.slice(-1),
  { epsilon = 1e-6, gamma }: Pick<Affine, 'gamma'> & { readonly epsilon?: number } = {},
): Node {
  const power = mean(square(x), lastDimensions('rmsNorm', x, over), { keepDims: true });
  return affine(multiply(x, rsqrt(add(power, epsilon))), { gamma });
}
