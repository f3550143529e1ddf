import { describe, expect, test } from '@jest/globals';
import {
  counterNoise,
  createRegistry,
  createView,
  guide,
  linear,
  modelDenoiser,
  parseOptions,
  parseRunSpec,
  planRun,
  straightPath,
  type Conditioning,
  type Query,
  type RunContext,
  type StepPoint,
} from '@ungrain/core';
import { mixtureModel } from '@ungrain/core/testing';
import { samplersPlugin } from '../plugin.js';

const registry = createRegistry([samplersPlugin]);
const level = straightPath.level(0.4);
const at: StepPoint = { from: level, to: straightPath.clean, index: 0, total: 4, progress: 0 };
const shape = [1, 8, 8];
const x = counterNoise(1).normal({ slot: 'x', step: 0, draw: 0 }, [1, ...shape]);

/** Asks through guidances, in order; conditions of the mixture model are 'a' and 'b'. */
async function ask(
  named: readonly (readonly [string, Record<string, unknown>])[],
  change: Partial<Query> = {},
  point = at,
) {
  const model = mixtureModel({ schedule: straightPath, prediction: 'flow', sampleShape: shape });
  const encode = async (raw: unknown): Promise<Conditioning> => (await model.encode([raw]))[0]!;
  const refuse = async () => Promise.reject(new Error('not needed'));
  const context: RunContext = {
    model,
    condition: encode,
    denoiser: refuse,
    energy: refuse,
    asset: refuse,
    view: (text) => createView(text, registry.views, shape),
  };
  const runs = await Promise.all(
    named.map(async ([name, options]) => {
      const guidance = registry.guidances.get(name);
      return guidance.create(parseOptions(guidance.options, options, `guidance '${name}'`), context);
    }),
  );
  const query: Query = { x, level, conditions: [await encode('a')], ...change };
  const [answer] = await guide(modelDenoiser(model), runs)([query], point);
  return { answer: answer!, calls: model.calls };
}

const worst = (a: Float32Array, b: Float32Array) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
const flip = createView('flip', registry.views, shape);

describe('views', () => {
  test("is the course's: the mean of ε(x, p₁) and of the flipped ε(flip(x), p₂)", async () => {
    const { answer } = await ask([['views', { views: ['identity', 'flip'], conditions: ['a', 'b'] }]]);
    const [upright, flipped] = [
      await ask([]),
      await ask([['mix', { with: ['b'], weights: [0, 1] }]], { x: flip.forward(x) }),
    ];
    for (const part of ['data', 'noise'] as const) {
      const expected = linear([0.5, upright.answer[part]], [0.5, flip.inverse(flipped.answer[part])]);
      expect(worst(answer[part].data, expected.data)).toBeLessThan(1e-6);
    }
  });

  test('with cfg inside makes one call of four rows for one sample', async () => {
    const { answer, calls } = await ask([
      ['views', { conditions: ['a', 'b'] }],
      ['cfg', { scale: 5 }],
    ]);
    expect(calls).toHaveLength(1);
    expect(calls[0]!.x.shape).toEqual([4, ...shape]);
    const again = linear([level.alpha, answer.data], [level.sigma, answer.noise]);
    expect(worst(again.data, x.data)).toBeLessThan(1e-5);
  });

  test('takes any number of views, with weights; without conditions all show what was asked for', async () => {
    const views = ['identity', 'rotate90', 'rotate180', 'rotate270', 'negate+flip'];
    const { calls } = await ask([['views', { views, weights: [1, 2, 3, 4, 0.5] }]]);
    expect(calls[0]!.x.shape).toEqual([5, ...shape]);
    const { answer } = await ask([['views', { views: ['identity', 'flip'], weights: [2, 0] }]]);
    expect(worst(answer.data.data, (await ask([])).answer.data.data)).toBeLessThan(1e-6);
  });

  test('may alternate, and then asks one view a step', async () => {
    const options = { views: ['identity', 'flip'], reduction: 'alternate' };
    for (const [index, seen] of [
      [0, x],
      [1, flip.forward(x)],
      [2, x],
    ] as const) {
      const { calls } = await ask([['views', options]], {}, { ...at, index });
      expect(calls[0]!.x).toEqual(seen);
    }
  });

  test('shows an aligned image in the same view', async () => {
    const { calls } = await ask([['views', { views: ['flip'] }]], { aligned: x });
    expect(calls[0]!.aligned).toEqual(flip.forward(x));
  });

  test.each([
    [
      { views: ['flip'], conditions: [1, 2] },
      "Option 'conditions' of guidance 'views' is wrong: there must be one for each view, or none.",
    ],
    [{ weights: [1] }, "Option 'weights' of guidance 'views' is wrong: there must be one for each view"],
    [{ weights: [0, 0] }, 'one of them must be above 0'],
    [{ weights: [1, 2], reduction: 'alternate' }, 'views that alternate have none'],
    [{ views: ['flop'] }, "There is no view 'flop', did you mean 'flip'?"],
  ])('refuses %j', async (options, message) => expect(ask([['views', options]])).rejects.toThrow(message));

  test('cannot stand inside cfg, whose branch without a condition it would undo', () => {
    const model = mixtureModel({ schedule: straightPath, sampleShape: shape });
    const spec = parseRunSpec({
      model: 'mixture',
      sampler: { name: 'euler' },
      spacing: { name: 'uniform' },
      steps: 4,
      guidance: [{ name: 'cfg' }, { name: 'views' }],
    });
    expect(() => planRun(spec, registry, model)).toThrow("Guidance 'views' chooses conditions, but comes after 'cfg'");
  });
});

describe('hybrid', () => {
  test("is the course's: low(ε(x, p₁)) + high(ε(x, p₂))", async () => {
    const { answer, calls } = await ask([['hybrid', { conditions: ['a', 'b'], sigma: 1, kernel: 5 }]]);
    const [low, high] = ['low-pass', 'high-pass'].map((name) =>
      createView(`${name}:sigma=1:kernel=5`, registry.views, shape),
    );
    const [a, b] = [await ask([]), await ask([['mix', { with: ['b'], weights: [0, 1] }]])];
    const expected = linear([1, low!.inverse(a.answer.noise)], [1, high!.inverse(b.answer.noise)]);
    expect(worst(answer.noise.data, expected.data)).toBeLessThan(1e-6);
    expect(calls).toHaveLength(1);
  });

  test.each([
    [{ kernel: 5 }],
    [{ parts: 'triple', kernel: 5 }],
    [{ parts: 'motion' }],
    [{ parts: 'halves', share: 0.3 }],
  ])('%j of one condition is the model itself: the parts make up the whole', async (options) => {
    const { answer } = await ask([['hybrid', options]]);
    expect(worst(answer.data.data, (await ask([])).answer.data.data)).toBeLessThan(1e-5);
  });

  test.each([
    [{ conditions: ['a'] }, 'there must be one for each part, or none'],
    [{ parts: 'triple', conditions: ['a', 'b'] }, 'there must be one for each part, or none'],
    [{ parts: 'grey-colour' }, "View 'grey' needs colour images"],
  ])('refuses %j', async (options, message) => expect(ask([['hybrid', options]])).rejects.toThrow(message));
});
