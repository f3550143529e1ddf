import { describe, expect, test } from '@jest/globals';
import { runNoise } from './run-noise.js';
import { parseRunSpec } from './run-spec.js';

const least = { model: 'digits', sampler: { name: 'euler' }, spacing: { name: 'uniform' }, steps: 50 };

describe('parseRunSpec', () => {
  test('fills in defaults', () => {
    expect(parseRunSpec(least)).toEqual({
      format: 1,
      model: 'digits',
      sampler: { name: 'euler', options: {} },
      spacing: { name: 'uniform', options: {} },
      steps: 50,
      guidance: [],
      seed: 0,
      noise: 'torch',
      count: 1,
      conditions: [],
      versions: {},
    });
  });

  test('is plain JSON, and its own fixed point', () => {
    const spec = parseRunSpec({ ...least, conditions: [3], guidance: [{ name: 'cfg', options: { scale: 5 } }] });
    expect(parseRunSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  });

  test.each([
    [{ steps: 0 }, "Option 'steps' of the run must be at least 1, not 0."],
    [{ steps: 1e9 }, "Option 'steps' of the run must be at most 10000, not 1000000000."],
    [{ steps: 2.5 }, "Option 'steps' of the run must be a whole number, not 2.5."],
    [{ steps: undefined }, "Option 'steps' of the run is missing: it must be a number."],
    [{ seed: -1 }, "Option 'seed' of the run must be at least 0, not -1."],
    [{ count: 5000 }, "Option 'count' of the run must be at most 4096, not 5000."],
    [{ noise: 'cuda' }, "Option 'noise' of the run must be one of 'torch', 'torch-per-sample', 'counter', not 'cuda'."],
    [{ sampler: {} }, "Option 'sampler.name' of the run is missing: it must be a text."],
    [{ guidance: ['cfg'] }, "Option 'guidance[0]' of the run must be an object, not 'cfg'."],
    [{ step: 3 }, "The run has no option 'step', did you mean 'steps'?"],
    [
      { count: 3, conditions: [1, 2] },
      "Option 'conditions' of the run is wrong: there must be none, one for all samples, or one for each of the samples " +
        'counted.',
    ],
  ])('%j: %s', (change, message) => {
    expect(() => parseRunSpec({ ...least, ...change })).toThrow(
      expect.objectContaining({ code: 'bad-option', message }),
    );
  });
});

describe('runNoise', () => {
  const shape = [2, 1, 2, 2];
  const draw = (noise: 'torch' | 'torch-per-sample' | 'counter', seed: number, count: number) =>
    runNoise({ noise, seed, count }).normal({ slot: 'start', step: 0, draw: 0 }, [count, ...shape.slice(1)]);

  test("torch is a notebook's: seed 100 begins with 0.1268 and 1.3564", () => {
    expect(
      runNoise({ noise: 'torch', seed: 100, count: 1 }).normal({ slot: 'start', step: 0, draw: 0 }, [1, 16]).data[0],
    ).toBeCloseTo(0.12684928, 6);
  });

  test('torch-per-sample and counter give a sample the same noise in any batch', () => {
    expect(draw('torch-per-sample', 5, 2).data.slice(4)).toEqual(draw('torch-per-sample', 6, 1).data);
    expect(draw('counter', 5, 2).data.slice(0, 4)).toEqual(draw('counter', 5, 1).data);
  });
});
