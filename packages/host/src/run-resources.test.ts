import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseRunSpec, type RunSpecInput } from '@ungrain/core';
import { lazyEngine } from './engine.js';
import { loadJudge, type LoadedJudge } from './judge.js';
import { loadModel, type LoadedModel } from './load-model.js';
import { sampleToEnd } from './sample.js';
import { shippedWeights } from './weights.js';

const engine = lazyEngine();

describe('what guidances get of other networks', () => {
  let loaded: LoadedModel;
  let judge: LoadedJudge['judge'];
  beforeAll(async () => {
    loaded = await loadModel('digits', { engine });
    ({ judge } = await loadJudge(engine));
  });
  afterAll(async () => {
    await loaded.model.dispose();
    await judge.dispose();
  });

  const draw = (guidance: RunSpecInput['guidance'], change: Partial<RunSpecInput> = {}) => {
    const { model, registry } = loaded;
    const spec = parseRunSpec({ ...model.defaults, model: 'digits', steps: 8, count: 8, seed: 1, guidance, ...change });
    return sampleToEnd(spec, { registry, model });
  };

  test('the judge leads a run without a class to a digit', async () => {
    const sevens = async (guidance: RunSpecInput['guidance']) => {
      const { digits } = await judge.read(await draw(guidance));
      return digits.filter((digit) => digit === 7).length;
    };
    const energy = { name: 'energy', options: { name: 'digit', options: { digits: [7] }, scale: 3 } };
    expect(await sevens([])).toBeLessThanOrEqual(2);
    expect(await sevens([energy])).toBeGreaterThanOrEqual(7);
  });

  test('a model guided away from itself is itself, and away from an unknown one is refused', async () => {
    const weights = shippedWeights('digits');
    const brief = { steps: 2, count: 1, conditions: [4] };
    const same = await draw([{ name: 'auto-guidance', options: { weights, scale: 5 } }], brief);
    const plain = await draw([], brief);
    same.data.forEach((value, i) => expect(value).toBeCloseTo(plain.data[i]!, 4));
    const unknown = draw([{ name: 'auto-guidance', options: { model: 'digit' } }], brief);
    await expect(unknown).rejects.toThrow("There is no model 'digit', did you mean 'digits'?");
    const missing = draw([{ name: 'auto-guidance', options: { weights: 'missing.safetensors' } }], brief);
    await expect(missing).rejects.toMatchObject({ code: 'file-not-read' });
  });

  test('energies are named, and so are their options', async () => {
    const of = (name: string, options: object) => draw([{ name: 'energy', options: { name, options } }]);
    await expect(of('digits', {})).rejects.toThrow("There is no energy 'digits', did you mean 'digit'?");
    await expect(of('digit', { digits: [12] })).rejects.toThrow(
      "Option 'digits[0]' of energy 'digit' must be at most 9, not 12.",
    );
  });
});
