import { describe, expect, test } from '@jest/globals';
import {
  counterNoise,
  linear,
  parseOptions,
  run,
  sample,
  straightPath,
  type NoiseLevel,
  type Sampler,
  type Tensor,
} from '@ungrain/core';
import { gaussianModel } from '@ungrain/core/testing';
import { deisSampler } from './deis.js';
import { dpmSinglestepSampler } from './dpm-singlestep.js';
import { dpmSolverSampler } from './dpm-solver.js';
import { dpmpp2mSampler } from './dpmpp-2m.js';
import { dpmpp2mSdeSampler } from './dpmpp-2m-sde.js';
import { saSolverSampler } from './sa-solver.js';
import { unipcSampler } from './unipc.js';

const flowLevels = (count: number, start = 0, end = 1): readonly NoiseLevel[] =>
  Array.from({ length: count + 1 }, (_, i) => straightPath.level(start + ((end - start) * i) / count));

function planned<O>(sampler: Sampler<O>, options: object, levels: readonly NoiseLevel[]) {
  const model = gaussianModel({ schedule: straightPath, mean: 0.3, prediction: 'flow' });
  return {
    model,
    schedule: straightPath,
    levels,
    sampler: sampler as Sampler,
    samplerOptions: parseOptions(sampler.options, options, sampler.name) as unknown,
    guidances: [],
    shape: [2, 1, 2, 2],
    conditions: [null, null],
    noise: counterNoise(3),
  };
}

const result = <O>(sampler: Sampler<O>, options: object, levels: readonly NoiseLevel[]): Promise<Tensor> =>
  sample(planned(sampler, options, levels));

const worst = (a: Tensor, b: Tensor): number => Math.max(...a.data.map((value, i) => Math.abs(value - b.data[i]!)));

/** UniPC's predictor alone, to the end. */
function uncorrected(steps: number) {
  return { disableCorrector: Array.from({ length: steps }, (_, i) => i), lowerOrderFinal: false };
}

describe('the same method by two names', () => {
  const levels = flowLevels(9, 0.05, 0.9);

  test.each([
    ['dpmpp-2m', dpmpp2mSampler, {}, dpmSolverSampler, { lowerOrderFinal: false }],
    ['dpmpp-2m-sde', dpmpp2mSdeSampler, {}, dpmSolverSampler, { eta: 1, lowerOrderFinal: false }],
    ['deis', deisSampler, { order: 3 }, dpmSolverSampler, { order: 3, predicted: 'noise', solverType: 'heun' }],
    ['unipc without corrector', unipcSampler, uncorrected(9), dpmSolverSampler, { lowerOrderFinal: false }],
    ['dpm-singlestep of order 1', dpmSinglestepSampler, { order: 1 }, dpmSolverSampler, { order: 1 }],
  ] as const)('%s', async (_, one, options, other, same) => {
    const found = await result(one as Sampler, options, levels);
    expect(worst(found, await result(other as Sampler, same, levels))).toBeLessThan(2e-6);
  });
});

describe('where the log-SNR is infinite', () => {
  const samplers: readonly (readonly [name: string, sampler: unknown, options: object])[] = [
    ['dpm-solver on noise', dpmSolverSampler, { predicted: 'noise', order: 3 }],
    ['the SDE of dpm-solver on noise', dpmSolverSampler, { predicted: 'noise', eta: 1 }],
    ['unipc bh1', unipcSampler, { solverType: 'bh1', lowerOrderFinal: false, order: 3 }],
    ['sa-solver', saSolverSampler, { lowerOrderFinal: false }],
    ['dpm-singlestep', dpmSinglestepSampler, { order: 3, eta: 1 }],
  ];

  test.each(samplers)('%s takes a first step and a last one of order 1', async (_, sampler, options) => {
    const steps: { before: Tensor; x: Tensor; data: Tensor }[] = [];
    for await (const { before, x, data } of run(planned(sampler as Sampler, options, flowLevels(6))))
      steps.push({ before, x, data: data! });
    const [, last] = [steps[0]!, steps.at(-1)!];
    expect(worst(last.x, last.data)).toBeLessThan(1e-6);
    for (const { x } of steps) expect(x.data.every(Number.isFinite)).toBe(true);
  });

  test('pure noise moves as by Euler where nothing is random', async () => {
    const levels = flowLevels(1, 0, 0.25);
    for await (const { before, x, data } of run(planned(dpmpp2mSampler, {}, levels)))
      expect(worst(x, linear([0.25, data!], [0.75, before]))).toBeLessThan(1e-6);
  });

  test('fresh noise takes the place of all of the old in the SDE', async () => {
    const noise = counterNoise(3).normal({ slot: 'sampler', step: 0, draw: 0 }, [2, 1, 2, 2]);
    for await (const { x, data } of run(planned(dpmpp2mSdeSampler, {}, flowLevels(1, 0, 0.25))))
      expect(worst(x, linear([0.25, data!], [0.75, noise]))).toBeLessThan(1e-6);
  });
});

describe('a corrector', () => {
  test('halves the error at the same number of model calls', async () => {
    const levels = flowLevels(40, 0.05, 0.9);
    const errorOf = async (options: object): Promise<number> => {
      const plan = planned(unipcSampler, { lowerOrderFinal: false, ...options }, levels);
      let start: Tensor | undefined;
      let end: Tensor | undefined;
      for await (const { before, x } of run(plan)) {
        start ??= before;
        end = x;
      }
      expect(plan.model.calls).toHaveLength(40);
      return worst(end!, plan.model.flow(start!, levels[0]!, levels.at(-1)!));
    };
    expect(await errorOf({})).toBeLessThan(0.5 * (await errorOf(uncorrected(40))));
  });

  test('keeps what was done to the state between two steps', async () => {
    const levels = flowLevels(2, 0.3, 0.6);
    const plan = planned(unipcSampler, { lowerOrderFinal: false }, levels);
    const ends: Tensor[] = [];
    for (const shift of [0, 0.5]) {
      for await (const step of run(plan)) {
        if (step.index > 0) break;
        const state = step.save();
        const moved = { ...state.x, data: state.x.data.map((value) => value + shift) };
        ends.push(await sample({ ...plan, state: { ...state, x: moved } }));
      }
    }
    expect(worst(ends[0]!, ends[1]!)).toBeGreaterThan(0.1);
  });
});

test.each([
  ['dpm-solver', dpmSolverSampler],
  ['unipc', unipcSampler],
  ['dpm-singlestep', dpmSinglestepSampler],
])('%s refuses a state that is not its own', async (_, sampler) => {
  const plan = planned(sampler as Sampler, {}, flowLevels(4, 0.1, 0.9));
  for await (const step of run(plan)) {
    const state = { ...step.save(), sampler: { estimates: [{ value: 1 }], order: 1 } };
    await expect(sample({ ...plan, state })).rejects.toMatchObject({ code: 'bad-state' });
    break;
  }
});
