import type { Plugin } from '@ungrain/core';
import { apgGuidance } from './guidance/apg.js';
import { autoGuidance } from './guidance/auto-guidance.js';
import { cfgGuidance } from './guidance/cfg.js';
import { cfgPlusPlusGuidance } from './guidance/cfg-plus-plus.js';
import { cfgZeroStarGuidance } from './guidance/cfg-zero-star.js';
import { clipGuidance } from './guidance/clip.js';
import { dynamicThresholdGuidance } from './guidance/dynamic-threshold.js';
import { energyGuidance } from './guidance/energy.js';
import { hybridGuidance } from './guidance/hybrid.js';
import { inpaintGuidance } from './guidance/inpaint.js';
import { limitedIntervalGuidance } from './guidance/limited-interval.js';
import { magnitudeAwareGuidance } from './guidance/magnitude-aware.js';
import { mixGuidance } from './guidance/mix.js';
import { perturbedGuidance } from './guidance/perturbed.js';
import { projectGuidance } from './guidance/project.js';
import { repaintGuidance } from './guidance/repaint.js';
import { sdeditGuidance } from './guidance/sdedit.js';
import { tangentialCfgGuidance } from './guidance/tangential-cfg.js';
import { viewsGuidance } from './guidance/views.js';
import { adaptiveRungeKuttaSampler } from './samplers/adaptive-runge-kutta.js';
import { consistencySampler } from './samplers/consistency.js';
import { ddimSampler } from './samplers/ddim.js';
import { ddpmSampler } from './samplers/ddpm.js';
import { deisSampler } from './samplers/deis.js';
import { dpmAdaptiveSampler } from './samplers/dpm-adaptive.js';
import { dpmFastSampler } from './samplers/dpm-fast.js';
import { dpmSinglestepSampler } from './samplers/dpm-singlestep.js';
import { dpmSolverSampler } from './samplers/dpm-solver.js';
import { dpm2Sampler } from './samplers/dpm2.js';
import { dpm2AncestralSampler } from './samplers/dpm2-ancestral.js';
import { dpmpp2mSampler } from './samplers/dpmpp-2m.js';
import { dpmpp2mSdeSampler } from './samplers/dpmpp-2m-sde.js';
import { dpmpp2sAncestralSampler } from './samplers/dpmpp-2s-ancestral.js';
import { dpmpp3mSdeSampler } from './samplers/dpmpp-3m-sde.js';
import { dpmppSdeSampler } from './samplers/dpmpp-sde.js';
import { eulerSampler } from './samplers/euler.js';
import { eulerAncestralSampler } from './samplers/euler-ancestral.js';
import { heunSampler } from './samplers/heun.js';
import { ipndmSampler } from './samplers/ipndm.js';
import { lcmSampler } from './samplers/lcm.js';
import { lmsSampler } from './samplers/lms.js';
import { pndmSampler } from './samplers/pndm.js';
import { rungeKuttaSampler } from './samplers/runge-kutta.js';
import { saSolverSampler } from './samplers/sa-solver.js';
import { tcdSampler } from './samplers/tcd.js';
import { unipcSampler } from './samplers/unipc.js';
import { cosineSchedule } from './schedules/cosine.js';
import { edmSchedule } from './schedules/edm.js';
import {
  cosinePathSchedule,
  linearVpPathSchedule,
  polynomialPathSchedule,
  vpPathSchedule,
} from './schedules/flow-paths.js';
import { flowSchedule } from './schedules/flow.js';
import { linearSchedule } from './schedules/linear.js';
import { scaledLinearSchedule } from './schedules/scaled-linear.js';
import { sigmoidSchedule } from './schedules/sigmoid.js';
import { vpSchedule } from './schedules/vp.js';
import { alignYourStepsSpacing } from './spacings/align-your-steps.js';
import { betaSpacing } from './spacings/beta.js';
import { consistencySpacing } from './spacings/consistency.js';
import { crashSpacing } from './spacings/crash.js';
import { explicitSpacing } from './spacings/explicit.js';
import { exponentialSpacing } from './spacings/exponential.js';
import { karrasSpacing } from './spacings/karras.js';
import { lcmSpacing } from './spacings/lcm.js';
import { leadingSpacing } from './spacings/leading.js';
import { linspaceSpacing } from './spacings/linspace.js';
import { polyexponentialSpacing } from './spacings/polyexponential.js';
import { presetSpacing } from './spacings/preset.js';
import { sectionsSpacing } from './spacings/sections.js';
import { shiftedSpacing } from './spacings/shifted.js';
import { stridedSpacing } from './spacings/strided.js';
import { trailingSpacing } from './spacings/trailing.js';
import { uniformLambdaSpacing } from './spacings/uniform-lambda.js';
import { uniformSpacing } from './spacings/uniform.js';
import { views } from './views/index.js';

/** Everything in this package. A new sampler is one file and one line here; the contract test then runs it too. */
export const samplersPlugin: Plugin = {
  name: '@ungrain/samplers',
  apiVersion: 1,
  schedules: [
    cosineSchedule,
    cosinePathSchedule,
    edmSchedule,
    flowSchedule,
    linearSchedule,
    linearVpPathSchedule,
    polynomialPathSchedule,
    scaledLinearSchedule,
    sigmoidSchedule,
    vpSchedule,
    vpPathSchedule,
  ],
  spacings: [
    alignYourStepsSpacing,
    betaSpacing,
    consistencySpacing,
    crashSpacing,
    explicitSpacing,
    exponentialSpacing,
    karrasSpacing,
    lcmSpacing,
    leadingSpacing,
    linspaceSpacing,
    polyexponentialSpacing,
    presetSpacing,
    sectionsSpacing,
    shiftedSpacing,
    stridedSpacing,
    trailingSpacing,
    uniformSpacing,
    uniformLambdaSpacing,
  ],
  samplers: [
    adaptiveRungeKuttaSampler,
    consistencySampler,
    ddimSampler,
    ddpmSampler,
    deisSampler,
    dpmAdaptiveSampler,
    dpmFastSampler,
    dpmSinglestepSampler,
    dpmSolverSampler,
    dpm2Sampler,
    dpm2AncestralSampler,
    dpmpp2mSampler,
    dpmpp2mSdeSampler,
    dpmpp2sAncestralSampler,
    dpmpp3mSdeSampler,
    dpmppSdeSampler,
    eulerSampler,
    eulerAncestralSampler,
    heunSampler,
    ipndmSampler,
    lcmSampler,
    lmsSampler,
    pndmSampler,
    rungeKuttaSampler,
    saSolverSampler,
    tcdSampler,
    unipcSampler,
  ],
  guidances: [
    apgGuidance,
    autoGuidance,
    cfgGuidance,
    cfgPlusPlusGuidance,
    cfgZeroStarGuidance,
    clipGuidance,
    dynamicThresholdGuidance,
    energyGuidance,
    hybridGuidance,
    inpaintGuidance,
    limitedIntervalGuidance,
    magnitudeAwareGuidance,
    mixGuidance,
    perturbedGuidance,
    projectGuidance,
    repaintGuidance,
    sdeditGuidance,
    tangentialCfgGuidance,
    viewsGuidance,
  ],
  views,
};
