/** Adams–Bashforth's weights for equal steps, the newest slope first, by how many there are. */
export const ADAMS_BASHFORTH = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
] as const satisfies readonly (readonly number[])[];

/**
 * Adams–Bashforth's weights for steps of any length: ∫ from `nodes[0]` to `end` of each Lagrange polynomial of the
 * nodes, the newest first. They are of degree 3 at most, which Gauss's rule of two points integrates exactly.
 */
export function adamsBashforth(nodes: readonly number[], end: number): readonly number[] {
  const [start = 0] = nodes;
  const [middle, half] = [(start + end) / 2, (end - start) / 2];
  return nodes.map(
    (_, j) => half * (lagrange(nodes, j, middle - half * GAUSS) + lagrange(nodes, j, middle + half * GAUSS)),
  );
}

const GAUSS = 1 / Math.sqrt(3);

const lagrange = (nodes: readonly number[], j: number, at: number): number =>
  nodes.reduce((product, node, k) => (k === j ? product : (product * (at - node)) / (nodes[j]! - node)), 1);
