import { expect, test } from '@jest/globals';
import { createRegistry, parseRunSpec, type RunSpecInput } from '@ungrain/core';
import { gaussianModel } from '@ungrain/core/testing';
import { flowSchedule, samplersPlugin } from '@ungrain/samplers';
import { countModelCalls, timeCall } from './estimate.js';
import { sampleToEnd } from './sample.js';

const registry = createRegistry([samplersPlugin]);
const schedule = flowSchedule.create({});
const specOf = (change: Partial<RunSpecInput>) =>
  parseRunSpec({
    model: 'm',
    sampler: { name: 'euler' },
    spacing: { name: 'uniform' },
    steps: 6,
    count: 3,
    ...change,
  });

test.each<[Partial<RunSpecInput>, number, number]>([
  [{}, 6, 18],
  [{ guidance: [{ name: 'cfg', options: { scale: 3 } }] }, 6, 36],
  [{ sampler: { name: 'heun' } }, 11, 33],
  [{ changes: [{ after: 4, guidance: [{ name: 'cfg' }] }] }, 6, 12 + 12],
])('counts what a run really asks: %j', async (change, calls, rows) => {
  const spec = specOf({ conditions: [1], ...change });
  for (const variance of ['none', 'learned'] as const) {
    const model = gaussianModel({ schedule, prediction: 'flow', variance });
    const counted = await countModelCalls(spec, { registry, model });
    expect(counted).toMatchObject({ calls, rows });
    expect(model.calls).toHaveLength(0);
    await sampleToEnd(spec, { registry, model });
    expect(model.calls).toHaveLength(calls);
    expect(model.calls.reduce((sum, { levels }) => sum + levels.length, 0)).toBe(rows);
  }
});

test('counts a weaker model that guides, and asks it nothing', async () => {
  const [model, weaker] = [
    gaussianModel({ schedule, prediction: 'flow' }),
    gaussianModel({ schedule, prediction: 'flow' }),
  ];
  const models = [{ name: 'weak', summary: '', create: async () => weaker }];
  const both = createRegistry([samplersPlugin, { name: 'mine', apiVersion: 1, models }]);
  const spec = specOf({ guidance: [{ name: 'auto-guidance', options: { model: 'weak' } }] });
  const counted = await countModelCalls(spec, { registry: both, model });
  expect(counted).toMatchObject({ calls: 6, rows: 18, others: { calls: 6, rows: 18 } });
  expect([...model.calls, ...weaker.calls]).toEqual([]);
});

test('calls of a model that takes few rows are more', async () => {
  const model = gaussianModel({ schedule, prediction: 'flow', maxRows: 2 });
  const { largest, ...counted } = await countModelCalls(specOf({}), { registry, model });
  expect(counted).toEqual({ calls: 12, rows: 18, others: { calls: 0, rows: 0 } });
  const cost = await timeCall(model, largest!);
  expect(cost.rows).toBe(2);
  expect(cost.seconds).toBeGreaterThan(0);
  expect(cost.bytes).toBeGreaterThan(1e7);
});
