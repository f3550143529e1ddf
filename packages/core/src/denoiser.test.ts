import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { modelDenoiser, type StepPoint } from './denoiser.js';
import { straightPath } from './flow.js';
import type { Model } from './model.js';
import type { Query } from './query.js';
import { linear, tensor } from './tensor.js';
import { gaussianModel } from './testing/index.js';

const level = straightPath.level(0.25);
const at: StepPoint = { from: level, to: straightPath.clean, index: 0, total: 1, progress: 0 };

/** Rows whose pixels count upwards, at a time of their own. */
function query(rows: number, time: number, extra: Partial<Query> = {}): Query {
  const data = Float32Array.from({ length: rows * 4 }, (_, i) => i / 3 - time);
  return {
    x: tensor(data, [rows, 1, 2, 2]),
    level: straightPath.level(time),
    conditions: new Array<object>(rows).fill({}) as Query['conditions'],
    ...extra,
  };
}

describe('modelDenoiser', () => {
  test('makes one predict of all queries, each row at its own level', async () => {
    const model = gaussianModel({ schedule: straightPath });
    const queries = [query(2, 0.25), query(1, 0.5), query(3, 0.75, { variant: 'skip' })];
    const answers = await modelDenoiser(model)(queries, at);
    expect(model.calls).toHaveLength(1);
    expect(model.calls[0]!.levels.map(({ time }) => time)).toEqual([0.25, 0.25, 0.5, 0.75, 0.75, 0.75]);
    expect(model.calls[0]!.variants).toEqual([undefined, undefined, undefined, 'skip', 'skip', 'skip']);
    expect(answers.map(({ data }) => data.shape[0])).toEqual([2, 1, 3]);
    for (const [i, each] of queries.entries()) {
      const [alone] = await modelDenoiser(model)([each], at);
      expect(answers[i]).toEqual(alone);
    }
  });

  test('takes several only for more rows than the model can have, with the same answers', async () => {
    const whole = gaussianModel({ schedule: straightPath });
    const parts = gaussianModel({ schedule: straightPath, maxRows: 2 });
    const queries = [query(3, 0.25), query(2, 0.5)];
    expect(await modelDenoiser(parts)(queries, at)).toEqual(await modelDenoiser(whole)(queries, at));
    expect(parts.calls.map(({ levels }) => levels.length)).toEqual([2, 2, 1]);
  });

  test('α·data + σ·noise = x for every prediction', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('epsilon' as const, 'sample' as const, 'v' as const, 'flow' as const),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (prediction, time) => {
          const asked = query(2, time);
          const model = gaussianModel({ schedule: straightPath, prediction, mean: 0.3 });
          const [answer] = await modelDenoiser(model)([asked], at);
          const again = linear([asked.level.alpha, answer!.data], [asked.level.sigma, answer!.noise]);
          again.data.forEach((value, i) => expect(value).toBeCloseTo(asked.x.data[i]!, 4));
        },
      ),
    );
  });

  test('splits learned variance off, raw', async () => {
    const model = gaussianModel({ schedule: straightPath, variance: 'learned-range', rawVariance: -0.5 });
    const [answer] = await modelDenoiser(model)([query(1, 0.25)], at);
    const plain = await modelDenoiser(gaussianModel({ schedule: straightPath }))([query(1, 0.25)], at);
    expect(answer).toEqual({ ...plain[0], variance: tensor([-0.5, -0.5, -0.5, -0.5], [1, 1, 2, 2]) });
  });

  test('joins aligned images, and refuses some without', async () => {
    const model = gaussianModel({ schedule: straightPath });
    const [a, b] = [query(1, 0.25), query(2, 0.5)].map((each) => ({ ...each, aligned: each.x })) as [Query, Query];
    await modelDenoiser(model)([a, b], at);
    expect(model.calls[0]!.aligned).toEqual(model.calls[0]!.x);
    await expect(modelDenoiser(model)([a, query(1, 0.5)], at)).rejects.toMatchObject({ code: 'aligned-mismatch' });
  });

  test('computes what is asked twice once', async () => {
    const model = gaussianModel({ schedule: straightPath });
    const about = (mean: number): Query['conditions'] => [{ mean: tensor([mean], [1]) }];
    const { x } = query(1, 0.25);
    const asked = [about(1), about(2), about(1), [{}], [{}]].map((conditions) => ({ x, level, conditions }));
    const others = [
      { ...asked[0]!, x: { ...x } },
      { ...asked[0]!, variant: 'skip' },
    ];
    const answers = await modelDenoiser(model)([...asked, ...others], at);
    expect(model.calls.map(({ conditions }) => conditions)).toEqual([
      [...about(1), ...about(2), {}, ...about(1), ...about(1)],
    ]);
    expect(answers.map((answer) => answers.indexOf(answer))).toEqual([0, 1, 0, 3, 3, 5, 6]);
  });

  test('asks nothing when asked nothing', async () => {
    const model = gaussianModel({ schedule: straightPath });
    expect(await modelDenoiser(model)([], at)).toEqual([]);
    expect(model.calls).toHaveLength(0);
  });

  test('refuses rows without a condition, and models that answer in another shape', async () => {
    const model = gaussianModel({ schedule: straightPath });
    const short = { ...query(2, 0.5), conditions: [{}] };
    await expect(modelDenoiser(model)([short], at)).rejects.toMatchObject({ code: 'conditions-mismatch' });
    const liar: Model = { ...model, variance: 'learned' };
    await expect(modelDenoiser(liar)([query(1, 0.5)], at)).rejects.toMatchObject({ code: 'model-output' });
  });
});
