import { describe, expect, test } from '@jest/globals';
import {
  linear,
  parseOptions,
  recordedNoise,
  straightPath,
  tensor,
  type Denoised,
  type NoiseLevel,
  type Sampler,
  type StepContext,
  type Tensor,
  type Variance,
} from '@ungrain/core';
import { ddimSampler } from './ddim.js';
import { ddpmSampler } from './ddpm.js';
import { eulerSampler } from './euler.js';
import { heunSampler } from './heun.js';

const row = (...values: number[]): Tensor => tensor(values, [1, values.length]);

/** ᾱ → a level of DDPM. */
const kept = (product: number): NoiseLevel => ({ time: 0, alpha: Math.sqrt(product), sigma: Math.sqrt(1 - product) });

const x = row(0.5, -1.25);
const data = row(0.2, -0.7);
const fresh = row(1.5, -0.3);

interface Asked {
  readonly options?: unknown;
  readonly variance?: Variance;
  readonly estimate?: (x: Tensor, level: NoiseLevel) => Denoised;
}

/** The noise that goes with the data; given data, it makes a consistent estimate. */
const consistent = (of: Tensor, { alpha, sigma }: NoiseLevel, about: Tensor): Denoised => ({
  data: about,
  noise: linear([1 / sigma, of], [-alpha / sigma, about]),
});

async function step<O>(sampler: Sampler<O>, from: NoiseLevel, to: NoiseLevel, asked: Asked = {}): Promise<Tensor> {
  const { options = {}, variance = 'none', estimate = (at, level) => consistent(at, level, data) } = asked;
  const context: StepContext<O> = {
    options: parseOptions(sampler.options, options, sampler.name),
    schedule: straightPath,
    variance,
    moves: [{ do: 'solve', to }],
    index: 4,
    noise: recordedNoise(new Map([['sampler/4/0', fresh]])),
    denoise: async (at, level) => estimate(at, level),
  };
  return (await sampler.step(x, from, to, null, context)).x;
}

const expectClose = (got: Tensor, expected: readonly number[]): void =>
  expected.forEach((value, i) => expect(got.data[i]).toBeCloseTo(value, 6));

describe('ddpm', () => {
  const [before, after] = [0.4, 0.7]; // ᾱ and ᾱ′
  const [from, to] = [kept(before), kept(after)];
  const alpha = before / after;
  const beta = 1 - alpha;
  const lower = (beta * (1 - after)) / (1 - before); // β̃

  /** The course's equation of section 1.4, symbol by symbol. */
  const seed = (deviation: number): number[] =>
    [0, 1].map(
      (i) =>
        ((Math.sqrt(after) * beta) / (1 - before)) * data.data[i]! +
        ((Math.sqrt(alpha) * (1 - after)) / (1 - before)) * x.data[i]! +
        deviation * fresh.data[i]!,
    );

  test("is the course's equation", async () => {
    expectClose(await step(ddpmSampler, from, to), seed(Math.sqrt(lower)));
    expectClose(await step(ddpmSampler, from, to, { options: { variance: 'large' } }), seed(Math.sqrt(beta)));
  });

  test('adds the noise that the model learned: at v = −1 β̃, at v = 1 β, at v = 0 between them', async () => {
    const learned = (raw: number, variance: Variance, options = {}) =>
      step(ddpmSampler, from, to, {
        variance,
        options,
        estimate: (at, level) => ({ ...consistent(at, level, data), variance: row(raw, raw) }),
      });
    expectClose(await learned(-1, 'learned-range'), seed(Math.sqrt(lower)));
    expectClose(await learned(1, 'learned-range'), seed(Math.sqrt(beta)));
    expectClose(await learned(0, 'learned-range'), seed((lower * beta) ** 0.25));
    expectClose(await learned(0.09, 'learned'), seed(0.3));
    expectClose(await learned(1, 'learned-range', { variance: 'small' }), seed(Math.sqrt(lower)));
  });

  test('ends on the data without noise, and begins at pure noise', async () => {
    expectClose(await step(ddpmSampler, from, kept(1)), [...data.data]);
    const flow = await step(ddpmSampler, straightPath.level(0), straightPath.level(0.25));
    expectClose(
      flow,
      [0, 1].map((i) => 0.25 * data.data[i]! + 0.75 * fresh.data[i]!),
    );
  });

  test('refuses to go up', async () => {
    await expect(step(ddpmSampler, to, from)).rejects.toMatchObject({ code: 'level-not-cleaner' });
    await expect(step(ddpmSampler, kept(1), from)).rejects.toMatchObject({ code: 'level-not-cleaner' });
  });
});

describe('ddim', () => {
  const [from, to] = [kept(0.4), kept(0.7)];

  test('without η is α′·data + σ′·noise', async () => {
    const { noise } = consistent(x, from, data);
    expectClose(await step(ddimSampler, from, to), [...linear([to.alpha, data], [to.sigma, noise]).data]);
  });

  test('with η = 1 is DDPM with the smaller variance', async () => {
    const ddim = await step(ddimSampler, from, to, { options: { eta: 1 } });
    expectClose(ddim, [...(await step(ddpmSampler, from, to)).data]);
    const fromNoise = [straightPath.level(0), straightPath.level(0.25)] as const;
    expectClose(await step(ddimSampler, ...fromNoise, { options: { eta: 1 } }), [
      ...(await step(ddpmSampler, ...fromNoise)).data,
    ]);
  });

  test('renoises with the noise it is given, where guidance has clipped the data', async () => {
    const noise = row(9, 9);
    const result = await step(ddimSampler, from, to, { estimate: () => ({ data, noise }) });
    expectClose(result, [...linear([to.alpha, data], [to.sigma, noise]).data]);
  });

  test.each([0, 0.5])('goes up as well, and adds no noise there (η = %d)', async (eta) => {
    const { noise } = consistent(x, to, data);
    const up = await step(ddimSampler, to, from, { options: { eta } });
    expectClose(up, [...linear([from.alpha, data], [from.sigma, noise]).data]);
  });
});

describe('euler', () => {
  test("is x + (t′ − t)·v for a flow, the course's", async () => {
    const [from, to] = [straightPath.level(0.3), straightPath.level(0.45)];
    const { noise } = consistent(x, from, data);
    const velocity = linear([1, data], [-1, noise]);
    expectClose(await step(eulerSampler, from, to), [...linear([1, x], [0.15, velocity]).data]);
  });

  test('is y + (s′ − s)·(y − data)/s in y = x/α, s = σ/α for diffusion', async () => {
    const [from, to] = [kept(0.4), kept(0.7)];
    const [s, next] = [from.sigma / from.alpha, to.sigma / to.alpha];
    const expected = [0, 1].map((i) => {
      const y = x.data[i]! / from.alpha;
      return to.alpha * (y + ((next - s) * (y - data.data[i]!)) / s);
    });
    expectClose(await step(eulerSampler, from, to), expected);
  });

  test('follows the data where guidance has changed it alone', async () => {
    const [from, to] = [kept(0.4), kept(0.7)];
    const result = await step(eulerSampler, from, to, { estimate: () => ({ data, noise: row(9, 9) }) });
    expect(result).toEqual(await step(eulerSampler, from, to));
  });

  test('from clean data goes up with the estimated noise', async () => {
    const noise = row(0.1, 0.2);
    const result = await step(eulerSampler, straightPath.clean, straightPath.level(0.75), {
      estimate: () => ({ data, noise }),
    });
    expectClose(result, [...linear([0.75, data], [0.25, noise]).data]);
  });
});

describe('heun', () => {
  /** Data that depends on where and when it is asked for. */
  const estimate = (at: Tensor, level: NoiseLevel): Denoised =>
    consistent(at, level, linear([0.5 * level.alpha, at], [1, data]));

  test('averages the velocities of a flow', async () => {
    const [from, to] = [straightPath.level(0.3), straightPath.level(0.45)];
    const velocity = (at: Tensor, level: NoiseLevel): Tensor => {
      const { data: d, noise } = estimate(at, level);
      return linear([1, d], [-1, noise]);
    };
    const first = velocity(x, from);
    const second = velocity(linear([1, x], [0.15, first]), to);
    const expected = linear([1, x], [0.075, first], [0.075, second]);
    expectClose(await step(heunSampler, from, to, { estimate }), [...expected.data]);
  });

  test("in sigma is Karras et al.'s: averages dy/ds in y = x/α, s = σ/α", async () => {
    const [from, to] = [kept(0.4), kept(0.7)];
    const ds = to.sigma / to.alpha - from.sigma / from.alpha;
    const first = estimate(x, from).noise;
    const guess = linear([1 / from.alpha, x], [ds, first]);
    const second = estimate(linear([to.alpha, guess]), to).noise;
    const expected = linear([to.alpha / from.alpha, x], [(to.alpha * ds) / 2, first], [(to.alpha * ds) / 2, second]);
    const options = { space: 'sigma' };
    expectClose(await step(heunSampler, from, to, { estimate, options }), [...expected.data]);
  });

  test.each([
    ['to clean data', 'straight', straightPath.level(0.5), straightPath.clean],
    ['from pure noise in sigma', 'sigma', straightPath.level(0), straightPath.level(0.5)],
  ])("%s is Euler's", async (_, space, from, to) => {
    const heun = await step(heunSampler, from, to, { estimate, options: { space } });
    expect(heun).toEqual(await step(eulerSampler, from, to, { estimate }));
  });
});
