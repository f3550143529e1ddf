import { describe, expect, test } from '@jest/globals';
import { logSnr, parseOptions, type Schedule } from '@ungrain/core';
import fc from 'fast-check';
import { samplersPlugin } from '../plugin.js';
import { cosineSchedule } from './cosine.js';
import { edmSchedule } from './edm.js';
import { linearSchedule } from './linear.js';
import { scaledLinearSchedule } from './scaled-linear.js';
import { trainedSchedule } from './trained-schedule.js';

const schedules = samplersPlugin.schedules!.map((entry) => ({
  name: entry.name,
  schedule: entry.create(parseOptions(entry.options, {}, entry.name)),
}));

/** A time somewhere between the ends, by its distance from the noisiest. */
const timeOf = ({ noisiest, cleanest }: Schedule, part: number): number => noisiest + (cleanest - noisiest) * part;

const part = fc.double({ min: 0, max: 1, noNaN: true });
const inside = fc.double({ min: 1e-3, max: 1 - 1e-3, noNaN: true });

describe.each(schedules)('schedule $name', ({ schedule }) => {
  test('α and σ are ≥ 0, and not both 0', () => {
    fc.assert(
      fc.property(part, (p) => {
        const { alpha, sigma } = schedule.level(timeOf(schedule, p));
        expect(alpha).toBeGreaterThanOrEqual(0);
        expect(sigma).toBeGreaterThanOrEqual(0);
        expect(alpha + sigma).toBeGreaterThan(0.9);
      }),
    );
  });

  test('the log-SNR grows from the noisiest time to the cleanest, and on to clean data', () => {
    fc.assert(
      fc.property(part, part, (a, b) => {
        fc.pre(Math.abs(a - b) > 1e-9);
        const [earlier, later] = [Math.min(a, b), Math.max(a, b)].map((p) => schedule.level(timeOf(schedule, p)));
        expect(logSnr(later!)).toBeGreaterThan(logSnr(earlier!));
      }),
    );
    expect(logSnr(schedule.clean)).toBe(Infinity);
    expect(schedule.clean).toMatchObject({ alpha: 1, sigma: 0 });
  });

  test('timeAt finds the time of a level, and the nearest end beyond the ends', () => {
    const span = Math.abs(schedule.noisiest - schedule.cleanest);
    fc.assert(
      fc.property(part, (p) => {
        const time = timeOf(schedule, p);
        expect(Math.abs(schedule.timeAt(logSnr(schedule.level(time))) - time)).toBeLessThan(1e-9 * span);
      }),
    );
    expect(schedule.timeAt(Infinity)).toBe(schedule.cleanest);
    expect(schedule.timeAt(-Infinity)).toBe(schedule.noisiest);
  });

  test('rate is the derivative of level', () => {
    const h = 1e-5 * Math.abs(schedule.noisiest - schedule.cleanest);
    fc.assert(
      fc.property(inside, (p) => {
        const time = timeOf(schedule, p);
        // Not across a trained time, where the interpolation has a kink.
        if (schedule.trainedSteps !== null) fc.pre(Math.floor(time - h) === Math.floor(time + h));
        const [below, above, rate] = [schedule.level(time - h), schedule.level(time + h), schedule.rate(time)];
        const scale = 1e-6 / h;
        expect(Math.abs((above.alpha - below.alpha) / (2 * h) - rate.alpha)).toBeLessThan(
          1e-4 * Math.abs(rate.alpha) + scale * 1e-6,
        );
        expect(Math.abs((above.sigma - below.sigma) / (2 * h) - rate.sigma)).toBeLessThan(
          1e-4 * Math.abs(rate.sigma) + scale * 1e-6,
        );
      }),
    );
  });

  test('refuses times outside its own', () => {
    const refused = expect.objectContaining({ code: 'time-out-of-range' });
    const ends = [schedule.noisiest, schedule.cleanest];
    for (const time of [Math.min(...ends) - 0.5, Math.max(...ends) + 0.5, NaN]) {
      expect(() => schedule.level(time)).toThrow(refused);
      expect(() => schedule.rate(time)).toThrow(refused);
    }
  });
});

describe('published values', () => {
  const kept = (schedule: Schedule, time: number): number => schedule.level(time).alpha ** 2;

  // Of diffusers 0.42.1 in float64.
  test('ᾱ of linear, scaled-linear and cosine', () => {
    const linear = linearSchedule.create({ trainedSteps: 1000, start: 1e-4, end: 0.02 });
    const scaledLinear = scaledLinearSchedule.create({ trainedSteps: 1000, start: 0.00085, end: 0.012 });
    const cosine = cosineSchedule.create({ trainedSteps: 1000 });
    expect(kept(linear, 0)).toBeCloseTo(0.9999, 12);
    expect(kept(linear, 999)).toBeCloseTo(4.0358297653756754e-5, 15);
    expect(kept(scaledLinear, 999)).toBeCloseTo(0.004660098513077238, 14);
    expect(kept(cosine, 990)).toBeCloseTo(0.00019671738012480358, 15);
    expect(kept(cosine, 960)).toBeCloseTo(0.003689611469036906, 14);
    expect(kept(cosine, 690)).toBeCloseTo(0.21452302038350976, 13);
  });
});

describe('terminalSnr', () => {
  const options = { trainedSteps: 1000, start: 0.00085, end: 0.012 };

  test('leaves no data, or hardly any, at the noisiest time and the cleanest as it was', () => {
    const [trained, zero, nearly] = (['trained', 'zero', 'nearly-zero'] as const).map((terminalSnr) =>
      scaledLinearSchedule.create({ ...options, terminalSnr }),
    );
    expect(zero!.level(999)).toEqual({ time: 999, alpha: 0, sigma: 1 });
    expect(nearly!.level(999).alpha).toBe(2 ** -12);
    expect(nearly!.level(998)).toEqual(zero!.level(998));
    expect(zero!.level(0).alpha).toBeCloseTo(trained!.level(0).alpha, 14);
    expect(scaledLinearSchedule.betas({ ...options, terminalSnr: 'zero' }).at(-1)).toBe(1);
  });

  test('of a single time is all noise', () => {
    expect(cosineSchedule.create({ trainedSteps: 1, terminalSnr: 'zero' }).level(0).alpha).toBe(0);
  });
});

test("EDM's clocks", () => {
  const timesOf = (clock: 'quarter-log' | 'thousand-quarter-log' | 'arctan' | 'sigma') => {
    const { noisiest, cleanest, clean } = edmSchedule.create({ sigmaMin: 0.5, sigmaMax: 80, clock });
    return [noisiest, cleanest, clean.time];
  };
  expect(timesOf('quarter-log')).toEqual([Math.log(80) / 4, Math.log(0.5) / 4, Math.log(0.5) / 4 - 0.25]);
  expect(timesOf('thousand-quarter-log')[0]).toBeCloseTo(1095.5066586684702, 10);
  expect(timesOf('arctan').slice(1)).toEqual([(2 / Math.PI) * Math.atan(0.5), 0]);
  expect(timesOf('sigma')).toEqual([80, 0.5, 0]);
  const backwards = () => edmSchedule.create({ sigmaMin: 2, sigmaMax: 1, clock: 'sigma' });
  expect(backwards).toThrow("Schedule 'edm' needs a sigmaMin below its sigmaMax, not 2 and 1.");
});

describe('trainedSchedule', () => {
  test('rounds to trained times', () => {
    const schedule = trainedSchedule('three', [0.1, 0.2, 0.3]);
    const between = logSnr(schedule.level(1.3));
    expect(schedule.timeAt(between)).toBeCloseTo(1.3, 9);
    expect(schedule.timeAt(between, 'nearest')).toBe(1);
  });

  test('may end in pure noise, which has nothing between it and the time before', () => {
    const schedule = trainedSchedule('zero terminal SNR', [0.1, 0.5, 1]);
    expect(schedule.level(2)).toEqual({ time: 2, alpha: 0, sigma: 1 });
    expect(schedule.level(0.5).alpha).toBeGreaterThan(schedule.level(1).alpha);
    expect(schedule.timeAt(-Infinity)).toBe(2);
    expect(() => schedule.level(1.5)).toThrow("Schedule 'zero terminal SNR' has pure noise at time 2");
  });

  test('may have a single time', () => {
    const schedule = trainedSchedule('one', [0.36]);
    expect(schedule.level(0)).toEqual({ time: 0, alpha: 0.8, sigma: 0.6 });
    expect(schedule.timeAt(0)).toBe(0);
  });
});
