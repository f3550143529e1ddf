import type { ScheduleFormulas } from './continuous-schedule.js';

/**
 * The variance-preserving SDE dx = −½β(t)·x dt + √β(t) dw with β(t) = β_min + t·(β_max − β_min): α = e^(−B/2) and
 * σ² = 1 − e^(−B) with B(t) = ∫β = β_min·t + ½(β_max − β_min)·t².
 *
 * Song et al. 2021, "Score-Based Generative Modeling through Stochastic Differential Equations", eq. 32 and 33.
 * Time runs from 0 (data) to 1 (noise).
 */
export function vpSde(betaMin: number, betaMax: number): Pick<ScheduleFormulas, 'level' | 'rate' | 'timeOfRatio'> {
  const slope = betaMax - betaMin;
  const added = (t: number): number => t * (betaMin + 0.5 * slope * t);
  const level = (t: number): { alpha: number; sigma: number } => ({
    alpha: Math.exp(-added(t) / 2),
    sigma: Math.sqrt(-Math.expm1(-added(t))),
  });
  return {
    level,
    rate(t) {
      const { alpha, sigma } = level(t);
      const half = (betaMin + slope * t) / 2;
      return { alpha: -half * alpha, sigma: (half * alpha ** 2) / sigma };
    },
    // B = log(1 + σ²/α²), and t from B by the formula of quadratics that does not cancel.
    timeOfRatio(ratio) {
      const b = ratio > 1e8 ? 2 * Math.log(ratio) : Math.log1p(ratio ** 2);
      return (2 * b) / (betaMin + Math.sqrt(betaMin ** 2 + 2 * slope * b));
    },
  };
}
