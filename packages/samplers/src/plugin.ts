import type { Plugin } from '@ungrain/core';
import { cfgGuidance } from './guidance/cfg.js';
import { clipGuidance } from './guidance/clip.js';
import { ddimSampler } from './samplers/ddim.js';
import { ddpmSampler } from './samplers/ddpm.js';
import { eulerSampler } from './samplers/euler.js';
import { heunSampler } from './samplers/heun.js';
import { cosineSchedule } from './schedules/cosine.js';
import { flowSchedule } from './schedules/flow.js';
import { linearSchedule } from './schedules/linear.js';
import { scaledLinearSchedule } from './schedules/scaled-linear.js';
import { sigmoidSchedule } from './schedules/sigmoid.js';
import { explicitSpacing } from './spacings/explicit.js';
import { leadingSpacing } from './spacings/leading.js';
import { linspaceSpacing } from './spacings/linspace.js';
import { stridedSpacing } from './spacings/strided.js';
import { trailingSpacing } from './spacings/trailing.js';
import { uniformSpacing } from './spacings/uniform.js';

/** Everything in this package. A new sampler is one file and one line here; the contract test then runs it too. */
export const samplersPlugin: Plugin = {
  name: '@ungrain/samplers',
  apiVersion: 1,
  schedules: [cosineSchedule, flowSchedule, linearSchedule, scaledLinearSchedule, sigmoidSchedule],
  spacings: [explicitSpacing, leadingSpacing, linspaceSpacing, stridedSpacing, trailingSpacing, uniformSpacing],
  samplers: [ddimSampler, ddpmSampler, eulerSampler, heunSampler],
  guidances: [cfgGuidance, clipGuidance],
};
