import { describe, expect, test } from '@jest/globals';
import { logSnr, parseOptions, straightPath } from '@ungrain/core';
import fc from 'fast-check';
import { samplersPlugin } from '../plugin.js';
import { levelOfRatio, ratioOf } from './level-of-ratio.js';
import { linearSchedule } from './linear.js';

const schedules = samplersPlugin.schedules!.map((entry) => ({
  name: entry.name,
  schedule: entry.create(parseOptions(entry.options, {}, entry.name)),
}));

const anyRatio = fc.double({ min: -12, max: 12, noNaN: true }).map((x) => 10 ** x);

describe.each(schedules)('levelOfRatio on $name', ({ schedule }) => {
  test('has that ratio, to the last digits, also beyond the ends', () => {
    fc.assert(
      fc.property(anyRatio, (ratio) => {
        expect(Math.abs(ratioOf(levelOfRatio(schedule, ratio)) / ratio - 1)).toBeLessThan(1e-15);
      }),
    );
  });

  test('is the level of the schedule at its time', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), (part) => {
        const level = schedule.level(schedule.noisiest + part * (schedule.cleanest - schedule.noisiest));
        const found = levelOfRatio(schedule, ratioOf(level));
        const span = Math.abs(schedule.cleanest - schedule.noisiest);
        expect(Math.abs(found.time - level.time)).toBeLessThan(1e-9 * span);
        expect(Math.abs(found.alpha - level.alpha)).toBeLessThan(1e-12 * level.alpha);
        expect(Math.abs(found.sigma - level.sigma)).toBeLessThan(1e-12 * level.sigma);
      }),
    );
  });

  test('is clean at 0', () => {
    expect(levelOfRatio(schedule, 0)).toBe(schedule.clean);
  });
});

test('takes another time, refuses what is no ratio', () => {
  const linear = linearSchedule.create({ trainedSteps: 1000, start: 1e-4, end: 0.02 });
  expect(levelOfRatio(linear, 1, 7).time).toBe(7);
  expect(logSnr(levelOfRatio(linear, 1))).toBeCloseTo(0, 15);
  expect(levelOfRatio(straightPath, Infinity)).toEqual({ time: 0, alpha: 0, sigma: 1 });
  for (const ratio of [-1, NaN])
    expect(() => levelOfRatio(linear, ratio)).toThrow(`has a ratio σ/α of 0 or more, not ${ratio}.`);
  const odd = { ...linear, name: 'odd', level: (time: number) => ({ time, alpha: 2, sigma: 2 }) };
  expect(() => levelOfRatio(odd, 1)).toThrow("Schedule 'odd' holds neither α² + σ², α + σ nor α at 1");
});
