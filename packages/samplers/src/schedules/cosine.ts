import type { Schema } from '@ungrain/core';
import { z } from 'zod';
import { betaSchedule, noiseTimes, type NoiseTimes } from './beta-schedule.js';

const options: Schema<NoiseTimes> = z.strictObject(noiseTimes);

const OFFSET = 0.008;
const LARGEST_BETA = 0.999;

/**
 * Nichol & Dhariwal 2021, "Improved Denoising Diffusion Probabilistic Models", eq. 17, DeepFloyd IF's schedule:
 * ᾱ(t) = cos²((t/T + s)/(1 + s)·π/2) with s = 0.008, β_t = 1 − ᾱ(t + 1)/ᾱ(t), at most 0.999.
 */
export const cosineSchedule = betaSchedule({
  name: 'cosine',
  summary: "Improved DDPM's and DeepFloyd IF's: the signal fades along a squared cosine.",
  options,
  betas({ trainedSteps }) {
    const kept = (t: number): number => Math.cos(((t / trainedSteps + OFFSET) / (1 + OFFSET)) * (Math.PI / 2)) ** 2;
    return Array.from({ length: trainedSteps }, (_, t) => Math.min(1 - kept(t + 1) / kept(t), LARGEST_BETA));
  },
});
