import type { Node } from '../../node.js';
import { standardize } from '../../operators/standardize.js';
import { affine, type Affine } from './affine.js';
import { lastDimensions } from './last-dimensions.js';

/** Layer normalisation (Ba et al., 2016): mean 0 and variance 1 over the last dimensions, of shape `over`; then γ·x̂ + β. */
export function layerNorm(
  x: Node,
  over: readonly number[] = x.shape.slice(-1),
  { epsilon = 1e-5, ...scaleAndShift }: Affine & { readonly epsilon?: number } = {},
): Node {
  return affine(standardize(x, lastDimensions('layerNorm', x, over), epsilon), scaleAndShift);
}
