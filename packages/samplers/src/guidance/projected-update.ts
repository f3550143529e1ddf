import type { Tensor } from '@ungrain/core';
import { dots, linearByRow, type Over } from './rows.js';

/**
 * An update d without most of its part along a prediction c, after cutting it to a norm of at most r:
 * d' = d·min(1, r/‖d‖), and then d' − (1 − η)·⟨d', c⟩/‖c‖²·c, for each sample or channel.
 * Sadat et al. 2025, "Eliminating Oversaturation and Artifacts of High Guidance Scales in Diffusion Models", algorithm 1.
 */
export function projectedUpdate(
  update: Tensor,
  prediction: Tensor,
  { eta, threshold, over }: { readonly eta: number; readonly threshold: number; readonly over: Over },
): Tensor {
  const lengths = dots(update, update, over).map(Math.sqrt);
  const kept = lengths.map((length) => (threshold > 0 && length > threshold ? threshold / length : 1));
  const squares = dots(prediction, prediction, over);
  const along = dots(update, prediction, over).map((product, group) =>
    squares[group]! > 0 ? (kept[group]! * product) / squares[group]! : 0,
  );
  return linearByRow(over, [kept, update], [along.map((share) => (eta - 1) * share), prediction]);
}
