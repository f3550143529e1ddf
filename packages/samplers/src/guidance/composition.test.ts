import { describe, expect, test } from '@jest/globals';
import {
  createRegistry,
  linear,
  parseRunSpec,
  planRun,
  run,
  runNoise,
  straightPath,
  type RunSpecInput,
  type Tensor,
} from '@ungrain/core';
import { gaussianModel, type GaussianModel } from '@ungrain/core/testing';
import { samplersPlugin } from '../plugin.js';

const registry = createRegistry([samplersPlugin]);

type Guidances = NonNullable<RunSpecInput['guidance']>;

const spec = (guidance: Guidances, sampler = 'euler') =>
  parseRunSpec({
    model: 'gaussian',
    sampler: { name: sampler },
    spacing: { name: 'uniform' },
    steps: 4,
    guidance,
    count: 2,
    conditions: [0.6, -0.4],
  });

const gaussian = (): GaussianModel => gaussianModel({ schedule: straightPath, prediction: 'flow' });

/** The estimates of each step, of one model. */
async function estimates(guidance: Guidances, model = gaussian()): Promise<readonly Tensor[]> {
  const chosen = spec(guidance);
  const found: Tensor[] = [];
  for await (const { data } of run({ ...planRun(chosen, registry, model), noise: runNoise(chosen) })) found.push(data!);
  return found;
}

/** The conditions of each row of each call; null is none. */
const asked = ({ calls }: GaussianModel): readonly (readonly (number | null)[])[] =>
  calls.map(({ conditions }) => conditions.map(({ mean }) => (mean ? Number(mean.data[0]!.toFixed(6)) : null)));

describe('guidances in a list', () => {
  test('make one call a step of all branches, and ask nothing twice', async () => {
    const model = gaussian();
    await estimates(
      [
        { name: 'dynamic-threshold' },
        { name: 'mix', options: { with: [0.9], weights: [1, 1] } }, // with −1 of what it is without
        { name: 'cfg', options: { scale: 3, negative: -0.8 } },
      ],
      model,
    );
    // Rows: the negative of both samples (once, though three branches of the mix want it), then own, other and none.
    expect(asked(model)).toEqual(new Array(4).fill([-0.8, -0.8, 0.6, -0.4, 0.9, 0.9, null, null]));
  });

  test('cost nothing where they do nothing', async () => {
    const model = gaussian();
    await estimates(
      [
        { name: 'mix', options: { with: [0.9], weights: [1, 0], end: [0, 1], start: 0.5, stop: 0.5 } },
        { name: 'cfg', options: { start: 0.25, stop: 0.75 } },
      ],
      model,
    );
    expect(asked(model)).toEqual([
      [0.6, -0.4],
      [null, null, 0.6, -0.4],
      [null, null, 0.9, 0.9],
      [0.9, 0.9],
    ]);
  });

  test('mean what their order says: a mix of guided estimates is the guided mix', async () => {
    const mix = { name: 'mix', options: { with: 0.9, weights: [0.25, 0.75] } };
    const [mixed] = await estimates([mix, { name: 'cfg', options: { scale: 3 } }]);
    const [plain] = await estimates([mix]);
    const [none] = await estimates([{ name: 'cfg', options: { scale: 0 } }]);
    const expected = linear([-2, none!], [3, plain!]);
    mixed!.data.forEach((value, i) => expect(value).toBeCloseTo(expected.data[i]!, 4));
  });

  test.each<[string, readonly string[], string, string]>([
    ['guidance-order', ['cfg', 'dynamic-threshold'], 'euler', 'must see the final estimate'],
    ['guidance-order', ['apg', 'energy'], 'euler', 'must see the final estimate'],
    ['guidance-order', ['cfg', 'mix'], 'euler', 'chooses conditions'],
    ['guidance-conflict', ['cfg', 'apg'], 'euler', "'cfg' and 'apg' both decide how far to go"],
    ['guidance-conflict', ['limited-interval', 'perturbed'], 'euler', 'keep one of them'],
    ['guidance-sampler', ['cfg++'], 'euler', "sampler 'euler' makes its own"],
  ])('%s: %j with %s', (code, names, sampler, message) => {
    const options: Readonly<Record<string, object>> = { mix: { with: 1 }, energy: { name: 'x' } };
    const guidance = names.map((name) => ({ name, options: { ...options[name] } }));
    const refused = () => planRun(spec(guidance, sampler), registry, gaussian());
    expect(refused).toThrow(expect.objectContaining({ code }));
    expect(refused).toThrow(message);
  });
});
