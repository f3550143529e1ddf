import type { Pair } from './convolution.js';

/** Where a pool's windows lie. A number stands for both directions. */
export interface PoolOptions {
  /** The kernel's size by default: windows side by side. */
  readonly stride?: number | Pair;
  readonly padding?: number | Pair;
  /** Windows may run over the edge, but have to start inside the image or the padding before it. */
  readonly ceilMode?: boolean;
}

/** Windows along one direction, as PyTorch counts them. */
export function poolWindows(
  n: number,
  reach: number,
  { stride, padding, ceilMode }: { readonly stride: number; readonly padding: number; readonly ceilMode: boolean },
): number {
  const room = (n + 2 * padding - reach) / stride;
  const windows = (ceilMode ? Math.ceil(room) : Math.floor(room)) + 1;
  return ceilMode && (windows - 1) * stride >= n + padding ? windows - 1 : windows;
}
