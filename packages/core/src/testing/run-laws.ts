import { straightPath } from '../flow.js';
import type { ConfiguredGuidance } from '../guidance.js';
import { counterNoise } from '../random/counter-noise.js';
import { torchNoise } from '../random/torch-noise.js';
import { run, sample, type RunOptions, type RunStep } from '../run.js';
import type { Sampler } from '../sampler.js';
import type { Schedule } from '../schedule.js';
import { sliceRows } from '../tensor.js';
import { law, must, mustAbort, mustBeSame, mustHaveShape, type ContractTest } from './contract.js';
import { gaussianModel } from './gaussian-model.js';

/** What of a run is looked at. */
export interface RunPart {
  readonly sampler: Sampler;
  readonly samplerOptions: unknown;
  readonly guidances?: readonly ConfiguredGuidance[];
  readonly schedule?: Schedule | undefined;
}

const STEPS = 8;
const CONDITIONS = [0.25, -0.5, 0.1];

/** A run of three samples of a Gaussian model, over the straight path of flow matching unless another schedule is given. */
export function contractRun(part: RunPart, change: Partial<RunOptions> = {}): RunOptions {
  const { sampler, samplerOptions, guidances = [], schedule = straightPath } = part;
  const model = gaussianModel({ schedule, prediction: 'flow' });
  const { noisiest, cleanest } = schedule;
  const times = Array.from({ length: STEPS }, (_, i) => noisiest + ((cleanest - noisiest) * i) / STEPS);
  return {
    model,
    schedule,
    levels: [...times.map((time) => schedule.level(time)), schedule.clean],
    sampler,
    samplerOptions,
    guidances,
    shape: [CONDITIONS.length, ...model.sampleShape],
    conditions: CONDITIONS,
    noise: torchNoise(100),
    ...change,
  };
}

/** The laws of everything that takes part in a run. @param batchFree leaves out the one about batches if false */
export const runLaws = (part: RunPart, batchFree = true): readonly ContractTest[] => [
  law('keeps the shape of the samples, and gives numbers', async () => {
    const options = contractRun(part);
    for await (const { x, data, before } of run(options)) {
      mustHaveShape('The state', x, before);
      if (data) mustHaveShape('The estimate', data, before);
    }
  }),
  law('gives the same bytes for the same input', async () => {
    mustBeSame('Two runs of the same seed differ', await sample(contractRun(part)), await sample(contractRun(part)));
  }),
  law('goes on from a saved step to the same bytes', async () => {
    const whole = await sample(contractRun(part));
    for await (const step of run(contractRun(part))) {
      if (step.index !== 2) continue;
      const state = JSON.stringify(step.save()).length > 0 ? step.save() : null;
      mustBeSame('A run that went on differs', await sample(contractRun(part, { state, noise: torchNoise(0) })), whole);
      break;
    }
  }),
  law('stops when it is aborted', async () => {
    const controller = new AbortController();
    const steps = run(contractRun(part, { signal: controller.signal }));
    must(((await steps.next()).value as RunStep).index === 0, 'The first step must be step 0.');
    controller.abort();
    await mustAbort('A run', () => steps.next());
  }),
  ...(batchFree
    ? [
        law('gives a sample the same bytes in any batch, with counter noise', async () => {
          const all = await sample(contractRun(part, { noise: counterNoise(7) }));
          const [, ...sampleShape] = all.shape;
          for (const [first, condition] of CONDITIONS.entries()) {
            const noise = counterNoise(7, { firstSample: first });
            const alone = contractRun(part, { noise, shape: [1, ...sampleShape], conditions: [condition] });
            mustBeSame('A sample depends on its batch', await sample(alone), sliceRows(all, first, first + 1));
          }
        }),
      ]
    : []),
];
