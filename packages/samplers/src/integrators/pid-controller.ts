/** Weights of the last three errors, in the order proportional, integral, derivative. */
export interface PidWeights {
  readonly p: number;
  readonly i: number;
  readonly d: number;
}

/** The inverse errors of this step, the last accepted one and the one before that. */
export type InverseErrors = readonly [number, number, number];

/** Keeps the inverse of an error of 0 finite. */
const LEAST_ERROR = 1e-8;

/**
 * By how much to change the step size after an error, in units of the tolerance: e₁^{(p+i+d)/k}·e₂^{−(p+2d)/k}·e₃^{d/k}
 * with inverse errors e and the order k, limited by 1 + atan(x − 1), so that it is less than 2.6.
 * Söderlind & Wang 2006, "Adaptive time-stepping and computational stability", section 4, as k-diffusion uses it.
 *
 * @param before `null` at the first step
 */
export function pidFactor(
  error: number,
  before: InverseErrors | null,
  { p, i, d }: PidWeights,
  order: number,
): { readonly factor: number; readonly errors: InverseErrors } {
  const inverse = 1 / (error + LEAST_ERROR);
  const [, last, beforeLast] = before ?? [inverse, inverse, inverse];
  const raw = inverse ** ((p + i + d) / order) * last ** (-(p + 2 * d) / order) * beforeLast ** (d / order);
  return { factor: 1 + Math.atan(raw - 1), errors: [inverse, last, beforeLast] };
}
