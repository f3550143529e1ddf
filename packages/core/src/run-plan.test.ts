import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { straightPath } from './flow.js';
import type { Guidance } from './guidance.js';
import { createRegistry } from './registry.js';
import { planRun } from './run-plan.js';
import { parseRunSpec, type RunSpecInput } from './run-spec.js';
import { gaussianModel } from './testing/index.js';

const guidance = (name: string, place?: 'outermost'): Guidance => ({
  name,
  summary: '',
  options: z.strictObject({ scale: z.number().default(7) }),
  ...(place && { place }),
  create: async () => ({}),
});

const registry = createRegistry([
  {
    name: 'test',
    apiVersion: 1,
    schedules: [
      { name: 'other', summary: '', options: z.strictObject({}), create: () => ({ ...straightPath, name: 'other' }) },
    ],
    spacings: [
      {
        name: 'ends',
        summary: '',
        options: z.strictObject({}),
        levels: (schedule) => [schedule.level(schedule.noisiest), schedule.clean],
      },
    ],
    samplers: [
      {
        name: 'stay',
        summary: '',
        options: z.strictObject({ eta: z.number().max(1).default(0) }),
        uses: 'both',
        step: async (x) => ({ x, data: x, state: null }),
      },
    ],
    guidances: [guidance('cfg'), guidance('threshold', 'outermost')],
  },
]);

const model = gaussianModel({ schedule: straightPath });
const plan = (change: Partial<RunSpecInput> = {}) =>
  planRun(
    parseRunSpec({ model: 'gaussian', sampler: { name: 'stay' }, spacing: { name: 'ends' }, steps: 1, ...change }),
    registry,
    model,
  );

describe('planRun', () => {
  test('looks up names and fills in options', () => {
    const planned = plan({ count: 2, guidance: [{ name: 'cfg' }] });
    expect(planned.sampler.name).toBe('stay');
    expect(planned.samplerOptions).toEqual({ eta: 0 });
    expect(planned.guidances).toEqual([{ guidance: registry.guidances.get('cfg'), options: { scale: 7 } }]);
    expect(planned.shape).toEqual([2, 1, 2, 2]);
    expect(planned.levels).toEqual([straightPath.level(0), straightPath.clean]);
    expect(planned.schedule).toBe(straightPath);
  });

  test("a spec's schedule replaces the model's", () => {
    expect(plan({ schedule: { name: 'other' } }).schedule.name).toBe('other');
  });

  test('one condition is for all samples, none is undefined', () => {
    expect(plan({ count: 2, conditions: [3] }).conditions).toEqual([3, 3]);
    expect(plan({ count: 2, conditions: [3, 4] }).conditions).toEqual([3, 4]);
    expect(plan({ count: 2 }).conditions).toEqual([undefined, undefined]);
  });

  test.each<[Partial<RunSpecInput>, string, string]>([
    [{ sampler: { name: 'sty' } }, 'unknown-sampler', "There is no sampler 'sty', did you mean 'stay'?"],
    [
      { sampler: { name: 'stay', options: { eta: 2 } } },
      'bad-option',
      "Option 'eta' of sampler 'stay' must be at most 1, not 2.",
    ],
    [{ conditions: ['cat'] }, 'bad-option', "The condition of model 'gaussian' must be a number, not 'cat'."],
    [{ shape: [3] }, 'bad-shape', "Model 'gaussian' makes samples of shape [1, 2, 2], not [3]."],
    [
      { guidance: [{ name: 'cfg' }, { name: 'threshold' }] },
      'guidance-order',
      "Guidance 'threshold' must see the final estimate, but comes after 'cfg', which would wrap it; list it first.",
    ],
  ])('%j is refused', (change, code, message) => {
    expect(() => plan(change)).toThrow(expect.objectContaining({ code, message }));
  });
});
