import { describe, expect, test } from '@jest/globals';
import { parseOptions, straightPath, type Schedule, type Spacing } from '@ungrain/core';
import fc from 'fast-check';
import { samplersPlugin } from '../plugin.js';
import { cosineSchedule } from '../schedules/cosine.js';
import { explicitSpacing } from './explicit.js';
import { leadingSpacing } from './leading.js';
import { linspaceSpacing } from './linspace.js';
import { stridedSpacing } from './strided.js';
import { trailingSpacing } from './trailing.js';
import { uniformSpacing } from './uniform.js';

const cosine = cosineSchedule.create({ trainedSteps: 1000 });

function timesOf<O>(spacing: Spacing<O>, steps: number, options: unknown = {}, schedule: Schedule = cosine) {
  return spacing.levels(schedule, steps, parseOptions(spacing.options, options, spacing.name)).map(({ time }) => time);
}

describe('times', () => {
  test('leading starts below the noisiest time and ends with clean data', () => {
    expect(timesOf(leadingSpacing, 4)).toEqual([750, 500, 250, 0, -1]);
    expect(timesOf(leadingSpacing, 7, { offset: 1 })).toEqual([853, 711, 569, 427, 285, 143, 1, -1]);
    expect(timesOf(leadingSpacing, 100)[0]).toBe(990);
  });

  test('linspace has both ends', () => {
    expect(timesOf(linspaceSpacing, 8)).toEqual([999, 856, 714, 571, 428, 285, 143, 0, -1]);
    expect(timesOf(linspaceSpacing, 27)[13]).toBe(499);
    expect(timesOf(linspaceSpacing, 1)).toEqual([999, -1]);
    expect(timesOf(linspaceSpacing, 3, { rounded: false })).toEqual([999, 499.5, 0, -1]);
  });

  test('trailing starts at the noisiest time', () => {
    expect(timesOf(trailingSpacing, 7)).toEqual([999, 856, 713, 570, 428, 285, 142, -1]);
  });

  test("strided is the course's, and ends at time 0", () => {
    const times = timesOf(stridedSpacing, 33);
    expect(times).toHaveLength(34);
    expect(times.slice(0, 3)).toEqual([990, 960, 930]);
    expect(times.at(-1)).toBe(0);
  });

  test('uniform is exact for a flow', () => {
    expect(timesOf(uniformSpacing, 10, {}, straightPath)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
    expect(timesOf(uniformSpacing, 4)).toEqual([999, 749, 499, 249, -1]);
    expect(timesOf(uniformSpacing, 1000).at(-2)).toBe(0);
  });

  test('explicit goes on to clean data unless told not to, or already there', () => {
    expect(timesOf(explicitSpacing, 2, { times: [900, 30] })).toEqual([900, 30, -1]);
    expect(timesOf(explicitSpacing, 1, { times: [900, 30], clean: false })).toEqual([900, 30]);
    expect(timesOf(explicitSpacing, 2, { times: [0, 0.5, 1] }, straightPath)).toEqual([0, 0.5, 1]);
  });
});

describe('refusals', () => {
  test.each([
    ['a flow has no trained times', () => timesOf(leadingSpacing, 4, {}, straightPath), "Use spacing 'uniform'."],
    ['there are too many steps', () => timesOf(trailingSpacing, 1001), 'room for 1000 steps'],
    ['uniform steps are below one', () => timesOf(uniformSpacing, 1001), 'room for 1000 steps'],
    [
      'the offset is too large',
      () => timesOf(leadingSpacing, 1000, { offset: 1 }),
      'would start at time 1000, above 999',
    ],
    ['the stride is too large', () => timesOf(stridedSpacing, 34), 'at this stride there is room for 33 steps'],
    ['a list rises', () => timesOf(explicitSpacing, 2, { times: [30, 900] }), 'but 900 follows 30'],
    [
      'a list has another length',
      () => timesOf(explicitSpacing, 50, { times: [900, 30] }),
      'makes 2 steps, the last one to clean data',
    ],
    [
      'a list leaves the schedule',
      () => timesOf(explicitSpacing, 1, { times: [1000] }),
      'has the times 0 to 999, not 1000',
    ],
  ])('where %s', (_, levels, message) => {
    expect(levels).toThrow(message);
    expect(levels).toThrow(expect.objectContaining({ name: 'UngrainError', kind: 'usage' }));
  });
});

describe.each(samplersPlugin.spacings!.filter(({ name }) => name !== 'explicit'))('spacing $name', (spacing) => {
  test('makes steps + 1 levels, each with less noise than the one before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 33 }), (steps) => {
        const levels = spacing.levels(cosine, steps, parseOptions(spacing.options, {}, spacing.name));
        expect(levels).toHaveLength(steps + 1);
        const ratios = levels.map(({ alpha, sigma }) => sigma / alpha);
        ratios.slice(1).forEach((ratio, i) => expect(ratio).toBeLessThan(ratios[i]!));
      }),
    );
  });
});
