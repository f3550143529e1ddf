/** Below this |z| the recurrence loses more digits than the series takes terms. */
const SERIES_BELOW = 1;

/**
 * The φ functions of exponential integrators, φ₀(z) = e^z and φ_k(z) = ∫₀¹ e^{(1 − θ)·z}·θ^{k−1}/(k − 1)! dθ. They obey
 *
 *   φ_{k+1}(z) = (φ_k(z) − 1/k!) / z,   φ_k(0) = 1/k!
 *
 * Hochbruck & Ostermann 2010, "Exponential integrators", section 2.1. Near 0, where that subtracts almost equal numbers,
 * the series Σ_j z^j/(j + k)! is summed.
 *
 * @param z finite
 * @returns φ₀(z) … φ_last(z)
 */
export function phiFunctions(last: number, z: number): readonly number[] {
  const values = [Math.exp(z)];
  let factorial = 1; // k!
  for (let k = 0; k < last; k++) {
    values.push(Math.abs(z) < SERIES_BELOW ? series(k + 1, z) : (values[k]! - 1 / factorial) / z);
    factorial *= k + 1;
  }
  return values;
}

function series(k: number, z: number): number {
  let term = 1;
  for (let i = 2; i <= k; i++) term /= i; // 1/k!
  let sum = 0;
  for (let j = 1; sum + term !== sum; j++) {
    sum += term;
    term *= z / (j + k);
  }
  return sum;
}
