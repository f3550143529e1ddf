/** Rows of equal length. */
export type Matrix = readonly (readonly number[])[];

/** Squared Euclidean distances: row i, column j is ‖a_i − b_j‖². */
export const squaredDistances = (a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): Matrix =>
  a.map((one) =>
    b.map((other) => {
      let sum = 0;
      for (let i = 0; i < one.length; i++) sum += (one[i]! - other[i]!) ** 2;
      return sum;
    }),
  );

/**
 * The exact optimal transport between two sets of equal size and weights: to each row its own column, at the least total
 * cost. Pooladian et al. 2023, "Multisample Flow Matching", and Tong et al. 2024 pair the noise and the data of a
 * minibatch so. Kuhn's Hungarian method by shortest augmenting paths (Jonker & Volgenant 1987), n³ operations.
 *
 * @param cost a square matrix of finite numbers
 */
export function assignment(cost: Matrix): readonly number[] {
  const n = cost.length;
  // Potentials of rows and columns, and the row of each column; index n is the row that is being placed.
  const [rowPotential, columnPotential] = [new Array<number>(n).fill(0), new Array<number>(n + 1).fill(0)];
  const rowOf = new Array<number>(n + 1).fill(-1);
  for (let row = 0; row < n; row++) {
    rowOf[n] = row;
    const distance = new Array<number>(n).fill(Infinity);
    const previous = new Array<number>(n).fill(n);
    const done = new Array<boolean>(n + 1).fill(false);
    let column = n;
    while (rowOf[column] !== -1) {
      done[column] = true;
      const from = rowOf[column]!;
      let [step, next] = [Infinity, n];
      for (let j = 0; j < n; j++) {
        if (done[j]) continue;
        const reduced = cost[from]![j]! - rowPotential[from]! - columnPotential[j]!;
        if (reduced < distance[j]!) [distance[j], previous[j]] = [reduced, column];
        if (distance[j]! < step) [step, next] = [distance[j]!, j];
      }
      for (let j = 0; j <= n; j++)
        if (done[j]) {
          rowPotential[rowOf[j]!]! += step;
          columnPotential[j]! -= step;
        } else if (j < n) distance[j]! -= step;
      column = next;
    }
    while (column !== n) {
      const before = previous[column]!;
      rowOf[column] = rowOf[before]!;
      column = before;
    }
  }
  const columns = new Array<number>(n);
  for (let j = 0; j < n; j++) columns[rowOf[j]!] = j;
  return columns;
}

/**
 * Entropic transport between two sets of equal weights: of all plans, whose rows and columns have equal sums, the one with
 * the least cost minus `strength` times its entropy.
 * Cuturi 2013, "Sinkhorn Distances", algorithm 1, on logarithms so that no exponential can vanish.
 *
 * @param strength > 0; small ones need more rounds
 * @param rounds stops after as many, or when the rows' sums are right to 1e-12
 */
export function sinkhorn(cost: Matrix, strength: number, rounds = 10_000): Matrix {
  const [rows, columns] = [cost.length, cost[0]?.length ?? 0];
  const kernel = cost.map((row) => row.map((value) => -value / strength));
  let f = new Array<number>(rows).fill(0);
  let g = new Array<number>(columns).fill(0);
  const plan = (): Matrix => kernel.map((row, i) => row.map((value, j) => Math.exp(value + f[i]! + g[j]!)));
  for (let round = 0; round < rounds; round++) {
    g = g.map((_, j) => -Math.log(columns) - logSumExp(kernel.map((row, i) => row[j]! + f[i]!)));
    const next = f.map((_, i) => -Math.log(rows) - logSumExp(kernel[i]!.map((value, j) => value + g[j]!)));
    const off = Math.max(...next.map((value, i) => Math.abs(Math.expm1(f[i]! - value)))) / rows;
    f = next;
    if (off < 1e-12) break;
  }
  return plan();
}

function logSumExp(values: readonly number[]): number {
  const largest = Math.max(...values);
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}
