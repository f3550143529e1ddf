import { describe, expect, test } from '@jest/globals';
import {
  guide,
  linear,
  modelDenoiser,
  parseOptions,
  straightPath,
  tensor,
  type Query,
  type RunContext,
  type StepPoint,
} from '@ungrain/core';
import { gaussianModel, type GaussianModelOptions } from '@ungrain/core/testing';
import { cfgGuidance } from './cfg.js';

const level = straightPath.level(0.4);
const at: StepPoint = { from: level, to: straightPath.clean, index: 0, total: 1, progress: 0 };
const x = tensor([0.3, -1, 2, 0.7], [1, 1, 2, 2]);
const query: Query = { x, level, conditions: [{ mean: tensor([0.8], [1]) }] };

const refuse = async () => Promise.reject(new Error('cfg needs nothing but the model'));
const view = () => {
  throw new Error('cfg needs no view');
};
const noResources: Omit<RunContext, 'model'> = {
  condition: refuse,
  denoiser: refuse,
  energy: refuse,
  asset: refuse,
  view,
};

async function ask(given: object, queries: readonly Query[], options: Partial<GaussianModelOptions> = {}) {
  const model = gaussianModel({ schedule: straightPath, ...options });
  const guidance = await cfgGuidance.create(parseOptions(cfgGuidance.options, given, 'cfg'), { ...noResources, model });
  return { model, answers: await guide(modelDenoiser(model), [guidance])(queries, at) };
}

describe('cfg', () => {
  test('is uncond + γ·(cond − uncond), for data and noise alike', async () => {
    const { answers } = await ask({ scale: 5 }, [query]);
    const [unconditional, conditional] = await modelDenoiser(gaussianModel({ schedule: straightPath }))(
      [{ ...query, conditions: [{}] }, query],
      at,
    );
    for (const part of ['data', 'noise'] as const)
      expect(answers[0]![part]).toEqual(linear([-4, unconditional![part]], [5, conditional![part]]));
  });

  test('keeps α·data + σ·noise = x', async () => {
    const { answers } = await ask({}, [query]);
    const again = linear([level.alpha, answers[0]!.data], [level.sigma, answers[0]!.noise]);
    again.data.forEach((value, i) => expect(value).toBeCloseTo(x.data[i]!, 5));
  });

  test('asks everything in one call', async () => {
    const { model, answers } = await ask({ scale: 5 }, [query, { ...query, variant: 'other' }]);
    expect(model.calls).toHaveLength(1);
    expect(model.calls[0]!.conditions).toEqual([{}, {}, ...query.conditions, ...query.conditions]);
    expect(model.calls[0]!.variants).toEqual([undefined, 'other', undefined, 'other']);
    expect(answers).toHaveLength(2);
  });

  test('of scale 1 is the model itself, at the price of the model itself', async () => {
    const { model, answers } = await ask({ scale: 1 }, [query]);
    expect(model.calls[0]!.levels).toHaveLength(1);
    expect(answers).toEqual(await modelDenoiser(model)([query], at));
  });

  test('keeps the variance of the conditional branch', async () => {
    const { answers } = await ask({ scale: 5 }, [query], { variance: 'learned-range', rawVariance: 0.25 });
    expect(answers[0]!.variance?.data[0]).toBe(0.25);
  });

  test("has the course's scale by default", () => {
    expect(parseOptions(cfgGuidance.options, {}, 'cfg').scale).toBe(7);
  });
});
