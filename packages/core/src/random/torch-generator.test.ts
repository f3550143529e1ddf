import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { full } from '../tensor.js';
import { TorchGenerator } from './torch-generator.js';

const seeded = (seed: number | bigint) => new TorchGenerator(seed);

/** Results of PyTorch 2.13 on the CPU, as it prints them. */
describe('TorchGenerator draws what PyTorch draws:', () => {
  test('rand', () => {
    const expected = [0.1116642951965332, 0.8158431053161621, 0.26256197690963745, 0.48387759923934937];
    expect([...seeded(100).rand([4]).data]).toEqual(expected);
  });

  test('rand in float64', () => {
    expect([...seeded(-1).rand64(3)]).toEqual([0.9503951604874923, 0.5600645841090078, 0.9442999488455328]);
  });

  test('randn of fewer than 16 numbers', () => {
    const expected = [0.33669036626815796, 0.12880940735340118, 0.23446236550807953, 0.23033303022384644];
    expect([...seeded(42).randn([7]).data.slice(0, 4)]).toEqual(expected);
  });

  test('randn of 16', () => {
    const { data } = seeded(100).randn([16]);
    [0.12684927880764008, 1.3563978672027588, 0.5632230639457703, -0.1039285808801651].forEach((x, i) =>
      expect(data[i]).toBeCloseTo(x, 6),
    );
  });

  test('randn of 17, whose last 16 are drawn anew', () => {
    const { data } = seeded(100).randn([17]);
    expect(data[1]).toBeCloseTo(1.5914437770843506, 6);
    expect(data[15]).toBeCloseTo(2.7466750144958496, 6);
    expect(data[16]).toBeCloseTo(-1.0479826927185059, 6);
  });

  test('randn in float64', () => {
    const { length, 0: first } = seeded(1).randn64(5);
    expect(length).toBe(5);
    expect(first).toBeCloseTo(0.6613521715704522, 14);
  });

  test('the second number of a pair, kept for later across a long randn', () => {
    // torch.manual_seed(3): randn(2, 1, 2, 2), randn(5), randn(18), randn(1)
    const generator = seeded(3);
    expect(generator.randn([2, 1, 2, 2]).data[5]).toBeCloseTo(-1.3682591915130615, 6);
    expect(generator.randn([5]).data[4]).toBeCloseTo(-0.8646355867385864, 6);
    expect(generator.randn([18]).data[0]).toBeCloseTo(-0.34484532475471497, 6);
    expect(generator.randn([1]).data[0]).toBeCloseTo(0.2989608347415924, 6);
  });

  test('normal_', () => {
    expect([...seeded(100).normal([7], 0.7, 2.5).data.slice(0, 2)]).toEqual([1.601639747619629, -0.014802904799580574]);
  });

  test('uniform_', () => {
    const { data } = seeded(100).uniform([200], -0.3333, 0.3333);
    expect([...data.slice(0, 3)]).toEqual([-0.2588645815849304, 0.2105410099029541, -0.15827618539333344]);
  });

  test('uniform_ in float64, with fused multiply-adds', () => {
    expect([...seeded(3).uniform64(4, -0.3, 0.7123)]).toEqual([
      -0.2654722735429781, -0.009732868490020974, 0.4824217981438259, -0.1229213682585454,
    ]);
  });

  test('randint', () => {
    expect(seeded(100).randint(-5, 6, 5)).toEqual([3, 4, -3, 1, -1]);
    expect(seeded(100).randint(0, 1099511627779, 2)).toEqual([37214979414, 289518523842]);
  });

  test('random_ of int64', () => {
    expect([...seeded(100).randomInt64(2)]).toEqual([800679797751601944n, 5135008762804559719n]);
  });

  test('bernoulli', () => {
    expect([...seeded(100).bernoulli(full([5], 0.3)).data]).toEqual([1, 0, 1, 0, 0]);
  });

  test('randperm', () => {
    expect([...seeded(0).permutation(10)]).toEqual([4, 1, 7, 5, 3, 9, 0, 8, 6, 2]);
    expect([...seeded(0).permutation(0)]).toEqual([]);
  });
});

describe('TorchGenerator', () => {
  test('uses the low 32 bits of a seed', () => {
    const first = (seed: number | bigint) => seeded(seed).random32();
    expect(first(2 ** 32 + 5)).toBe(first(5));
    expect(first(-1)).toBe(first(2n ** 63n - 1n));
  });

  test('manualSeed starts again, without the number kept for later', () => {
    const generator = seeded(8);
    const first = generator.randn([1]).data;
    expect(generator.manualSeed(8).randn([1]).data).toEqual(first);
  });

  test('goes on from a saved state, and from a position, in whatever was drawn', () => {
    const calls: ((generator: TorchGenerator) => unknown)[] = [
      (g) => g.rand([3]),
      (g) => g.randn([1]),
      (g) => g.randn([17]),
      (g) => g.randn64(3),
      (g) => g.randint64(0n, 2n ** 40n, 2),
      (g) => g.permutation(5),
    ];
    const callList = fc.array(fc.constantFrom(...calls), { maxLength: 20 });
    fc.assert(
      fc.property(fc.bigInt(), callList, callList, (seed, before, after) => {
        const generator = seeded(seed);
        before.forEach((call) => call(generator));
        const { position } = generator;
        const state: unknown = JSON.parse(JSON.stringify(generator.save()));
        const expected = after.map((call) => call(generator));
        const restored = seeded(0);
        restored.restore(state);
        expect(after.map((call) => call(restored))).toEqual(expected);
        const moved = TorchGenerator.at(seed, position);
        expect(after.map((call) => call(moved))).toEqual(expected);
      }),
    );
  });

  test.each([1.5, NaN, 2 ** 60])('refuses the seed %d', (seed) => {
    expect(() => seeded(seed)).toThrow(expect.objectContaining({ code: 'bad-seed' }));
  });

  test('refuses empty ranges', () => {
    const refused = expect.objectContaining({ code: 'bad-range' });
    expect(() => seeded(1).randint(3, 3, 1)).toThrow(refused);
    expect(() => seeded(1).randint64(3n, 2n, 1)).toThrow(refused);
    expect(() => seeded(1).uniform([1], 1, 0)).toThrow(refused);
    expect(() => seeded(1).uniform64(1, 1, 0)).toThrow(refused);
    expect(() => seeded(1).permutation(2 ** 32)).toThrow(refused);
  });
});
