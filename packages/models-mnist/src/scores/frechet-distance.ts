import { EigenvalueDecomposition, type Matrix } from 'ml-matrix';
import type { Moments } from './moments.js';

/** The distance and what it is made of. */
export interface FrechetDistance {
  /** meanTerm + traces[0] + traces[1] − 2·rootTrace; rounding may leave it a little below 0. */
  readonly distance: number;
  /** |μ₁ − μ₂|² */
  readonly meanTerm: number;
  /** tr Σ₁ and tr Σ₂ */
  readonly traces: readonly [number, number];
  /** tr (Σ₁Σ₂)^½ */
  readonly rootTrace: number;
}

/**
 * The squared Fréchet distance of two Gaussians (Dowson & Landau 1982),
 *
 *   |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2·(Σ₁Σ₂)^½),
 *
 * which Heusel et al. 2017 ("GANs Trained by a Two Time-Scale Update Rule …") use as a distance of sets of images, in the
 * features of a classifier. It shrinks with more rows, so compare it at equal numbers.
 *
 * Σ₁Σ₂ has the eigenvalues of Σ₁^½·Σ₂·Σ₁^½, which is symmetric: they are real, and well determined even where a
 * covariance is singular.
 *
 * @throws RangeError for moments of different widths
 */
export const frechetDistance = (a: Moments, b: Moments): FrechetDistance => frechetDistanceTo(a)(b);

/** The same to one `reference` from many others: its root is taken once. */
export function frechetDistanceTo(reference: Moments): (other: Moments) => FrechetDistance {
  const root = squareRoot(reference.covariance);
  return ({ mean, covariance }) => {
    if (mean.length !== reference.mean.length)
      throw new RangeError(`Moments of widths ${reference.mean.length} and ${mean.length} cannot be compared.`);
    const meanTerm = mean.reduce((sum, value, i) => sum + (value - reference.mean[i]!) ** 2, 0);
    const traces = [reference.covariance.trace(), covariance.trace()] as const;
    const { values } = eigen(root.mmul(covariance).mmul(root));
    const rootTrace = values.reduce((sum, value) => sum + Math.sqrt(value), 0);
    return { distance: meanTerm + traces[0] + traces[1] - 2 * rootTrace, meanTerm, traces, rootTrace };
  };
}

/** V·√Λ·Vᵀ */
function squareRoot(covariance: Matrix): Matrix {
  const { values, vectors } = eigen(covariance);
  return vectors.clone().mulRowVector(values.map(Math.sqrt)).mmul(vectors.transpose());
}

/** Of a matrix that is symmetric and positive semidefinite but for rounding: eigenvalues are clamped at 0. */
function eigen(matrix: Matrix): { readonly values: readonly number[]; readonly vectors: Matrix } {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  return { values: realEigenvalues.map((value) => Math.max(0, value)), vectors: eigenvectorMatrix };
}
