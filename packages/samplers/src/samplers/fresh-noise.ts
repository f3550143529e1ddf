import type { Shape, StepContext, Tensor } from '@ungrain/core';
import { z } from 'zod';

/** Options of the samplers that can solve the reverse SDE in place of the ODE. */
export const eta = (byDefault: number) =>
  z
    .number()
    .min(0)
    .max(1)
    .default(byDefault)
    .describe('The share of fresh noise: 0 solves the ODE and is deterministic, 1 the reverse SDE.');

export const noiseScale = z
  .number()
  .min(0)
  .max(2)
  .default(1)
  .describe('Fresh noise is multiplied by it; a little above 1 keeps detail that many steps wash out.');

/** The one draw of a step that makes only one. */
export const firstDraw = (run: Pick<StepContext<unknown>, 'noise' | 'index'>, shape: Shape): Tensor =>
  run.noise.normal({ slot: 'sampler', step: run.index, draw: 0 }, shape);
