import { sizeOf } from '@ungrain/core';
import type { Node } from '../../node.js';
import { refuse } from '../../operator.js';
import { reshape } from '../../operators/reshape.js';
import { standardize } from '../../operators/standardize.js';
import { affinePerChannel, type Affine } from './affine.js';

interface NormOptions extends Affine {
  readonly epsilon?: number;
}

/**
 * Group normalisation (Wu & He, 2018) of `x` [N, C, …]: mean 0 and variance 1 over each of `groups` groups of neighbouring
 * channels and all their pixels; then γ·x̂ + β with γ, β [C].
 */
export function groupNorm(x: Node, groups: number, { epsilon = 1e-5, ...scaleAndShift }: NormOptions = {}): Node {
  const [n, channels] = x.shape;
  if (n === undefined || channels === undefined || channels % groups !== 0)
    throw refuse('groupNorm', [x], `its channels cannot form ${groups} groups`);
  const grouped = reshape(x, [n, groups, sizeOf(x.shape.slice(1)) / groups]);
  return affinePerChannel(reshape(standardize(grouped, [2], epsilon), x.shape), scaleAndShift);
}

/** Instance normalisation (Ulyanov et al., 2016) of `x` [N, C, …]: each channel of each sample by its own pixels. */
export function instanceNorm(x: Node, options: NormOptions = {}): Node {
  if (x.shape.length < 3) throw refuse('instanceNorm', [x], 'it needs dimensions after the channels');
  return groupNorm(x, x.shape[1]!, options);
}
