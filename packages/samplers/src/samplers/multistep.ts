import { lagrangeWeights } from '../integrators/lagrange.js';

/** Adams–Bashforth's weights for equal steps, the newest slope first, by how many there are. */
export const ADAMS_BASHFORTH = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
] as const satisfies readonly (readonly number[])[];

/**
 * Adams–Bashforth's weights for steps of any length: ∫ from `nodes[0]` to `end` of each Lagrange polynomial of the
 * nodes, the newest first.
 */
export function adamsBashforth(nodes: readonly number[], end: number): readonly number[] {
  const [start = 0] = nodes;
  const moments = nodes.map((_, k) => (end - start) ** (k + 1) / (k + 1));
  return lagrangeWeights(
    nodes.map((node) => node - start),
    moments,
  );
}
