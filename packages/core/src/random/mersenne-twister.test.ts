import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MersenneTwister } from './mersenne-twister.js';

const outputs = (engine: MersenneTwister, count: number) => Array.from({ length: count }, () => engine.uint32());

describe('MersenneTwister', () => {
  test('gives the outputs that the C++ standard states for its default seed', () => {
    const engine = new MersenneTwister(5489);
    expect(engine.uint32()).toBe(3499211612);
    engine.skip(9998);
    expect(engine.uint32()).toBe(4123659995);
  });

  test('skips as it would draw, and counts both', () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.nat(2000), (drawn, skipped) => {
        const a = new MersenneTwister(7);
        const b = new MersenneTwister(7);
        outputs(a, drawn + skipped);
        outputs(b, drawn);
        b.skip(skipped);
        expect(b.drawn).toBe(drawn + skipped);
        expect(b.drawn).toBe(a.drawn);
        expect(outputs(b, 5)).toEqual(outputs(a, 5));
      }),
      { numRuns: 50 },
    );
  });

  test('goes on from a saved state that went through JSON', () => {
    const engine = new MersenneTwister(1);
    outputs(engine, 1000);
    const state: unknown = JSON.parse(JSON.stringify(engine.save()));
    const expected = outputs(engine, 700);
    const other = new MersenneTwister(2);
    other.restore(state);
    expect(outputs(other, 700)).toEqual(expected);
    expect(other.drawn).toBe(engine.drawn);
  });

  test.each([null, {}, { words: [1], next: 0, blocks: 1 }, { words: Array(624).fill(-1), next: 0, blocks: 1 }])(
    'refuses the state %#',
    (state) => {
      expect(() => new MersenneTwister(1).restore(state)).toThrow(expect.objectContaining({ code: 'bad-state' }));
    },
  );
});
