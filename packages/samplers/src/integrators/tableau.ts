/**
 * An explicit Runge–Kutta method by its Butcher tableau: kᵢ = f(t + cᵢ·h, y + h·Σⱼ aᵢⱼ·kⱼ), y' = y + h·Σᵢ bᵢ·kᵢ, with
 * cᵢ = Σⱼ aᵢⱼ.
 * Hairer, Nørsett & Wanner 1993, "Solving Ordinary Differential Equations I", chapter II.
 */
export interface Tableau {
  /** Row i has the i weights of the stages before it; the first row is empty. */
  readonly a: readonly (readonly number[])[];
  readonly b: readonly number[];
  readonly order: number;
}

/** A method that estimates its error: by how much it differs from one of another order with the same stages. */
export interface EmbeddedTableau extends Tableau {
  /** b less the weights of the other method. */
  readonly error: readonly number[];
}

/** cᵢ of each stage. */
export const nodesOf = ({ a }: Tableau): readonly number[] =>
  a.map((row) => row.reduce((sum, weight) => sum + weight, 0));

/** Methods for steps of given sizes. */
export const FIXED_TABLEAUS = {
  /** Runge 1895. */
  midpoint: { order: 2, a: [[], [1 / 2]], b: [0, 1] },
  /** The explicit trapezoid rule. */
  heun2: { order: 2, a: [[], [1]], b: [1 / 2, 1 / 2] },
  /** Heun 1900. */
  heun3: { order: 3, a: [[], [1 / 3], [0, 2 / 3]], b: [1 / 4, 0, 3 / 4] },
  /** Kutta 1901, the classical method. */
  rk4: { order: 4, a: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]], b: [1 / 6, 1 / 3, 1 / 3, 1 / 6] },
  /** Kutta 1901, the 3/8 rule. It is what torchdiffeq calls rk4. */
  'rk4-38': { order: 4, a: [[], [1 / 3], [-1 / 3, 1], [1, -1, 1]], b: [1 / 8, 3 / 8, 3 / 8, 1 / 8] },
} as const satisfies Readonly<Record<string, Tableau>>;
