import { describe, expect, test } from '@jest/globals';
import { createRegistry, scale, straightPath, type Guidance, type Sampler } from '@ungrain/core';
import {
  gaussianModel,
  guidanceContract,
  mixtureModel,
  modelContract,
  samplerContract,
  scheduleContract,
  viewContract,
  type ContractTest,
} from '@ungrain/core/testing';
import { samplersPlugin } from './plugin.js';
import { ddimSampler } from './samplers/ddim.js';
import { cfgGuidance } from './guidance/cfg.js';

const registry = createRegistry([samplersPlugin]);
const check = (laws: readonly ContractTest[]): void => laws.forEach(({ name, run }) => test(name, run));

describe('models of @ungrain/core/testing', () => {
  check(modelContract(async () => gaussianModel({ schedule: straightPath, variance: 'learned' })));
  check(modelContract(async () => mixtureModel({ schedule: straightPath }), { conditions: ['a', 'b', undefined] }));
});

describe('schedules', () => {
  for (const entry of registry.schedules.all) describe(entry.name, () => check(scheduleContract(entry)));
});

describe('guidance', () => {
  describe('cfg', () => check(guidanceContract(cfgGuidance, { options: { scale: 4 } })));
});

/** The names of the laws that a part breaks. */
async function broken(laws: readonly ContractTest[]): Promise<readonly string[]> {
  const names: string[] = [];
  for (const { name, run } of laws)
    await run().catch((error: Error) => {
      expect(error.message).toMatch(/\.$/);
      names.push(name);
    });
  return names;
}

describe('the laws find what is broken', () => {
  const ddim = ddimSampler as Sampler;
  const changed = (step: Sampler['step']): Sampler => ({ ...ddim, step });

  test('in samplers', async () => {
    const reference = {
      reference: ({ data, noise, to }: { data: number; noise: number; to: { alpha: number; sigma: number } }) =>
        to.alpha * data + to.sigma * noise,
    };
    expect(await broken(samplerContract(ddim, reference))).toEqual([]);
    let calls = 0;
    const restless = changed(async (...args) => {
      const result = await ddim.step(...args);
      return { ...result, x: scale(result.x, 1 + 1e-3 * calls++) };
    });
    expect(await broken(samplerContract(restless, reference))).toEqual(
      expect.arrayContaining(['gives the same bytes for the same input', 'is near a step in double precision']),
    );
    const writing = changed(async (x, ...rest) => {
      x.data[0] = 0;
      return ddim.step(x, ...rest);
    });
    expect(await broken(samplerContract(writing))).toContain('leaves its inputs as they are');
    const cut = changed(async (...args) => {
      const result = await ddim.step(...args);
      return { ...result, x: { data: result.x.data.slice(4), shape: [2, 1, 2, 2] } };
    });
    expect(await broken(samplerContract(cut))).toContain('keeps the shape of the samples, and gives numbers');
  });

  test('in guidance', async () => {
    const mixing: Guidance = {
      ...(cfgGuidance as Guidance),
      create: async () => ({
        denoise: (inner) => async (queries, at) =>
          (await inner(queries, at)).map((answer) => ({
            ...answer,
            data: scale(answer.data, 1 / queries[0]!.x.shape[0]!),
          })),
      }),
    };
    expect(await broken(guidanceContract(mixing))).toEqual([
      'gives a sample the same bytes in any batch, with counter noise',
    ]);
  });

  test('in schedules and views', async () => {
    const [flow] = registry.schedules.all.filter(({ name }) => name === 'flow');
    const create: NonNullable<typeof flow>['create'] = (options) => ({
      ...flow!.create(options),
      rate: () => ({ alpha: 2, sigma: -1 }),
    });
    expect(await broken(scheduleContract({ ...flow!, create }))).toEqual(['knows its rate']);
    const view = registry.views.get('rotate90');
    expect(await broken(viewContract(view))).toEqual([]);
    const half = {
      ...view,
      create: (...args: Parameters<typeof view.create>) => ({
        ...view.create(...args),
        inverse: view.create(...args).forward,
      }),
    };
    expect(await broken(viewContract(half))).toEqual(['inverse takes back what forward did']);
  });
});
