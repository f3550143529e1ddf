#!/usr/bin/env node
/**
 * What sampler and guidance take of a step of the digits model at batch 16, with classifier-free guidance, so 32 rows a
 * call: `node bench/overhead.mjs`. Prints a line for each sampler: milliseconds a step without the model, those of the
 * model's calls in a step, and the share. The goal is 2 % at most.
 */
import { straightPath } from '@ungrain/core';
import { constantRun } from './constant-run.mjs';
import { fastest } from './fastest.mjs';
import { digitsBatch, randomDigits } from './network.mjs';

const SHAPE = [16, 1, 28, 28];
const SAMPLERS = ['euler', 'heun', 'euler-ancestral', 'ddim', 'dpmpp-2m', 'dpmpp-sde', 'unipc', 'runge-kutta'];
const REPEATS = 5;

const model = await randomDigits();
const batch = await digitsBatch(model, 2 * SHAPE[0]);
const call = await fastest(() => model.predict(batch), { repeats: 20, warmup: 3 });
const figures = {};
for (const name of SAMPLERS) {
  const { run, steps, calls } = constantRun({
    sampler: { name },
    guidance: [{ name: 'cfg', options: { scale: 5 } }],
    shape: SHAPE,
    schedule: straightPath,
    prediction: 'flow',
    spacing: 'uniform',
  });
  await run();
  const callsPerStep = calls() / steps;
  const overhead = (await fastest(run, { repeats: REPEATS, warmup: 1 })) / steps;
  figures[name] = share(overhead, callsPerStep * call);
}
await model.dispose();
console.log(
  JSON.stringify({
    unit: 'milliseconds a step',
    goal: 0.02,
    largest: Math.max(...Object.values(figures).map((f) => f.share)),
    ...figures,
  }),
);

function share(overhead, modelTime) {
  return { overhead: round(overhead), model: round(modelTime), share: round(overhead / (overhead + modelTime)) };
}

function round(value) {
  return Number(value.toPrecision(3));
}
