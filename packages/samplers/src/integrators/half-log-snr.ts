import type { NoiseLevel, Schedule } from '@ungrain/core';
import { levelOfRatio } from '../schedules/level-of-ratio.js';

/**
 * λ = log(α/σ), half the log-SNR: the time in which diffusion's ODE is solved exactly but for the network (Lu et al. 2022,
 * "DPM-Solver", section 3.1). −∞ at pure noise, +∞ at clean data.
 */
export const halfLogSnr = ({ alpha, sigma }: Pick<NoiseLevel, 'alpha' | 'sigma'>): number => Math.log(alpha / sigma);

/** The level of a schedule at which log(α/σ) is `lambda`. */
export const levelAt = (schedule: Schedule, lambda: number): NoiseLevel => levelOfRatio(schedule, Math.exp(-lambda));
