import { linear, type Denoised, type Tensor } from '@ungrain/core';

/**
 * Σ weight·estimate, data and noise alike: with weights that sum to 1 it is the same in whatever a model predicts, and
 * α·data + σ·noise = x stays true. A learned variance is that of `kept`.
 */
export function combine(
  kept: Denoised,
  ...terms: readonly (readonly [weight: number, estimate: Denoised])[]
): Denoised {
  const sum = (part: 'data' | 'noise'): Tensor =>
    linear(...terms.map(([weight, estimate]) => [weight, estimate[part]] as const));
  return { ...kept, data: sum('data'), noise: sum('noise') };
}
