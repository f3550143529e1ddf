import { describe, expect, test } from '@jest/globals';
import { logSnr, parseOptions, straightPath, type Schedule, type Spacing } from '@ungrain/core';
import fc from 'fast-check';
import { samplersPlugin } from '../plugin.js';
import { cosineSchedule } from '../schedules/cosine.js';
import { edmSchedule } from '../schedules/edm.js';
import { ratioOf } from '../schedules/level-of-ratio.js';
import { scaledLinearSchedule } from '../schedules/scaled-linear.js';
import { alignYourStepsSpacing } from './align-your-steps.js';
import { betaSpacing } from './beta.js';
import { consistencySpacing } from './consistency.js';
import { explicitSpacing } from './explicit.js';
import { exponentialSpacing } from './exponential.js';
import { karrasSpacing } from './karras.js';
import { lcmSpacing } from './lcm.js';
import { leadingSpacing } from './leading.js';
import { linspaceSpacing } from './linspace.js';
import { polyexponentialSpacing } from './polyexponential.js';
import { presetSpacing } from './preset.js';
import { sectionsSpacing } from './sections.js';
import { shiftedSpacing } from './shifted.js';
import { shareOfRatio } from './sigma-curve.js';
import { stridedSpacing } from './strided.js';
import { trailingSpacing } from './trailing.js';
import { uniformLambdaSpacing } from './uniform-lambda.js';
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

/** Those whose options say how many steps there are. */
const COUNTED = ['explicit', 'preset', 'sections'];

const ratiosOf = <O>(spacing: Spacing<O>, schedule: Schedule, steps: number, options: unknown = {}) =>
  spacing.levels(schedule, steps, parseOptions(spacing.options, options, spacing.name)).map(ratioOf);

function expectFalling(ratios: readonly number[]): void {
  ratios.slice(1).forEach((ratio, i) => expect(ratio).toBeLessThan(ratios[i]!));
}

describe.each(samplersPlugin.spacings!.filter(({ name }) => !COUNTED.includes(name)))('spacing $name', (spacing) => {
  test('makes steps + 1 levels, each with less noise than the one before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 33 }), (steps) => {
        const ratios = ratiosOf(spacing, cosine, steps);
        expect(ratios).toHaveLength(steps + 1);
        expectFalling(ratios);
      }),
    );
  });
});

describe.each([karrasSpacing, exponentialSpacing, polyexponentialSpacing, betaSpacing, uniformLambdaSpacing] as const)(
  'spacing $name',
  (entry) => {
    const spacing = entry as Spacing;

    test('begins at sigmaMax and ends at sigmaMin, on any schedule', () => {
      const sigma = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
      const schedules = [cosine, straightPath, edmSchedule.create({ sigmaMin: 0.002, sigmaMax: 80, clock: 'sigma' })];
      fc.assert(
        fc.property(sigma, sigma, fc.integer({ min: 2, max: 40 }), fc.constantFrom(...schedules), (a, b, steps, on) => {
          const [sigmaMin, sigmaMax] = [Math.min(a, b), Math.max(a, b)];
          fc.pre(sigmaMax > 1.01 * sigmaMin);
          const ratios = ratiosOf(spacing, on, steps, { sigmaMin, sigmaMax, quantity: 'ratio' });
          const last = spacing.name === 'uniform-lambda' ? ratios.at(-1)! : ratios.at(-2)!;
          expect(Math.abs(ratios[0]! / sigmaMax - 1)).toBeLessThan(1e-12);
          expect(Math.abs(last / sigmaMin - 1)).toBeLessThan(1e-12);
          expectFalling(ratios);
        }),
        { numRuns: 40 },
      );
    });

    test("has the schedule's own ends, and the shares of a flow", () => {
      expect(timesOf(spacing, 9)[0]).toBe(999);
      expect(timesOf(spacing, 9).at(spacing.name === 'uniform-lambda' ? -1 : -2)).toBe(0);
      const shares = ratiosOf(spacing, straightPath, 9).map(shareOfRatio);
      expect(shares[0]).toBe(1);
      expect(shares.at(spacing.name === 'uniform-lambda' ? -1 : -2)).toBeCloseTo(0.001, 15);
    });

    test('tells the model whole times if it should', () => {
      const exact = timesOf(spacing, 9);
      expect(timesOf(spacing, 9, { times: 'nearest' })).toEqual(exact.map(Math.round));
      expect(timesOf(spacing, 9, { times: 'floor' })).toEqual(exact.map(Math.floor));
    });
  },
);

describe('spacings in σ', () => {
  test('have the values that were published with them', () => {
    const vp = scaledLinearSchedule.create({ trainedSteps: 1000, start: 0.00085, end: 0.012 });
    // Of diffusers 0.42.1 in float64.
    expect(ratiosOf(karrasSpacing, vp, 6)[2]).toBeCloseTo(2.232154544358539, 12);
    expect(ratiosOf(exponentialSpacing, vp, 6)[1]).toBeCloseTo(4.215114244752603, 12);
    expect(ratiosOf(betaSpacing, vp, 6)[1]).toBeCloseTo(12.821769225239331, 11);
    expect(timesOf(linspaceSpacing, 6, { rounded: false, interpolation: 'ratio' }, vp)[1]).toBeCloseTo(799.2, 12);
  });

  test('end where they are told to', () => {
    const [clean, cleanest, last] = ['clean', 'cleanest', 'last'].map((end) => timesOf(trailingSpacing, 4, { end }));
    expect([clean!.at(-1), cleanest!.at(-1), last!.at(-1)]).toEqual([-1, 0, 249]);
  });

  test('a shift multiplies σ/α; μ is its logarithm, and grows with the image', () => {
    const plain = ratiosOf(shiftedSpacing, straightPath, 10).slice(1);
    const shifted = ratiosOf(shiftedSpacing, straightPath, 10, { shift: 3 }).slice(1);
    plain.forEach((ratio, i) => expect(shifted[i]).toBeCloseTo(3 * ratio, 12));
    const byMu = ratiosOf(shiftedSpacing, straightPath, 10, { mu: Math.log(3) }).slice(1);
    byMu.forEach((ratio, i) => expect(ratio).toBeCloseTo(shifted[i]!, 12));
    const [small, large] = [256, 4096].map((tokens) => ratiosOf(shiftedSpacing, straightPath, 10, { tokens })[5]!);
    expect(small! / plain[4]!).toBeCloseTo(Math.exp(0.5), 12);
    expect(large! / plain[4]!).toBeCloseTo(Math.exp(1.15), 12);
    const stretched = ratiosOf(shiftedSpacing, straightPath, 10, { terminal: 0.1 }).map(shareOfRatio);
    expect([stretched[0], stretched.at(-1)]).toEqual([1, 0]);
    expect(stretched.at(-2)).toBeCloseTo(0.1, 15);
  });

  test("presets are DeepFloyd IF's lists, sections of the trained times", () => {
    expect(timesOf(presetSpacing, 27, { list: 'super27' }).slice(-8)).toEqual([600, 500, 400, 300, 200, 100, 0, -1]);
    expect(timesOf(sectionsSpacing, 5, { counts: [3, 2] })).toEqual([999, 500, 499, 250, 0, -1]);
  });

  test('few steps are among those of the distillation', () => {
    expect(timesOf(lcmSpacing, 4)).toEqual([999, 759, 499, 259, -1]);
    const edm = edmSchedule.create({ sigmaMin: 0.002, sigmaMax: 80, clock: 'thousand-quarter-log' });
    expect(ratiosOf(consistencySpacing, edm, 4).map((ratio) => Number(ratio.toFixed(3)))).toEqual([
      80, 16.78, 2.24, 0.131, 0.002,
    ]);
  });

  test('a list optimised for ten steps is followed, and interpolated for other numbers', () => {
    const vp = scaledLinearSchedule.create({ trainedSteps: 1000, start: 0.00085, end: 0.012 });
    expect(ratiosOf(alignYourStepsSpacing, vp, 10)[1]).toBeCloseTo(6.475, 12);
    const twenty = ratiosOf(alignYourStepsSpacing, vp, 20);
    expect(twenty[2]).toBeCloseTo(6.475, 12);
    expect(twenty[1]).toBeCloseTo(Math.sqrt(14.615 * 6.475), 12);
    expectFalling(twenty);
    expect(timesOf(alignYourStepsSpacing, 10, { list: 'times' }, vp)[9]).toBe(24);
  });

  test('a list of σ may name the times that the model is told, and repeat itself', () => {
    const options = { sigmas: [8, 2, 2], times: [900, 400, 300], repeats: true };
    expect(timesOf(explicitSpacing, 3, options)).toEqual([900, 400, 300, -1]);
    expect(ratiosOf(explicitSpacing, straightPath, 2, { sigmas: [1, 0.5], quantity: 'share' })).toEqual([
      Infinity,
      1,
      0,
    ]);
  });

  test('λ may be kept above a limit', () => {
    const kept = linspaceSpacing.levels(cosine, 20, parseOptions(linspaceSpacing.options, { lambdaMin: -5.1 }, ''));
    expect(kept[0]!.time).toBeLessThan(999);
    expect(logSnr(kept[0]!) / 2).toBeGreaterThan(-5.1);
    expect(logSnr(cosine.level(kept[0]!.time + 1)) / 2).toBeLessThan(-5.1);
  });

  test.each([
    [
      'from less to more',
      () => ratiosOf(karrasSpacing, cosine, 4, { sigmaMin: 9, sigmaMax: 3 }),
      'but here from 3 to 9',
    ],
    [
      'from an infinite ratio',
      () => ratiosOf(karrasSpacing, straightPath, 4, { quantity: 'ratio' }),
      'needs a sigmaMax',
    ],
    [
      'beyond a share of 1',
      () => ratiosOf(karrasSpacing, straightPath, 4, { sigmaMax: 2 }),
      'at most 1; sigmaMax is 2',
    ],
    [
      'whole times of a flow',
      () => timesOf(karrasSpacing, 4, { times: 'nearest' }, straightPath),
      'its time is continuous',
    ],
    ['two shifts', () => timesOf(shiftedSpacing, 4, { shift: 2, mu: 1 }), 'only one of shift, mu and tokens'],
    ['shifts upwards', () => timesOf(shiftedSpacing, 4, { first: 0.2, last: 0.5 }), 'but from 0.2 to 0.5'],
    [
      'another number of steps',
      () => timesOf(presetSpacing, 30, { list: 'fast27' }),
      'makes 27 steps here, not 30; say 27',
    ],
    ['too large a section', () => timesOf(sectionsSpacing, 1001, { counts: [501, 500] }), 'has 500 times, and 501'],
    ['more steps than were distilled', () => timesOf(lcmSpacing, 51), 'has 50 times to choose from'],
    ['more levels than were trained', () => timesOf(consistencySpacing, 41), 'has 40 levels to choose from, not 41'],
    ['times of a video model', () => timesOf(alignYourStepsSpacing, 10, VIDEO_TIMES), 'no list of times was published'],
    ['an empty list', () => timesOf(explicitSpacing, 3, {}), 'it needs a list of times or of sigmas'],
    ['unequal lists', () => timesOf(explicitSpacing, 2, { times: [9], sigmas: [2, 1] }), 'as many times as sigmas'],
    ['σ that repeat', () => timesOf(explicitSpacing, 2, { sigmas: [2, 2] }), 'but 2 follows 2'],
  ])('are refused %s', (_, levels, message) => {
    expect(levels).toThrow(message);
    expect(levels).toThrow(expect.objectContaining({ name: 'UngrainError', kind: 'usage' }));
  });
});

const VIDEO_TIMES = { model: 'stable-video-diffusion', list: 'times' };
