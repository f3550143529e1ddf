import { expect, test } from '@jest/globals';
import { branchSpec, branchState, specAt, stretches } from './run-branch.js';
import { runNoise } from './run-noise.js';
import { parseRunSpec } from './run-spec.js';
import type { RunState } from './run-state.js';
import { zeros } from './tensor.js';

const begun = parseRunSpec({
  model: 'm',
  sampler: { name: 'a' },
  spacing: { name: 'b' },
  steps: 9,
  guidance: [{ name: 'g' }, { name: 'h' }],
});
const state: RunState = {
  index: 3,
  moves: [],
  from: { time: 0, alpha: 1, sigma: 0 },
  x: zeros([1]),
  aligned: null,
  sampler: 'remembered',
  guidances: ['g', 'h'],
  noise: runNoise(begun).save(),
};

test('settings change at their steps', () => {
  const spec = branchSpec(branchSpec(begun, 3, { seed: 5 }), 6, { guidance: [], seed: 7 });
  expect(specAt(spec, 2)).toEqual(begun);
  expect(specAt(spec, 3)).toEqual({ ...begun, seed: 5 });
  expect(specAt(spec, 8)).toEqual({ ...begun, seed: 7, guidance: [] });
  expect(stretches(spec).map(({ from, spec: { seed } }) => [from, seed])).toEqual([
    [0, 0],
    [3, 5],
    [6, 7],
  ]);
  expect(branchSpec(begun, 3, {})).toBe(begun);
  expect(() => branchSpec(spec, 4, { seed: 1 })).toThrow(expect.objectContaining({ code: 'change-order' }));
});

test('a branch keeps what still holds', () => {
  expect(branchState(state, begun, begun)).toEqual(state);
  const other = parseRunSpec({
    ...begun,
    sampler: { name: 'z' },
    guidance: [{ name: 'g' }, { name: 'x' }, { name: 'h' }],
  });
  expect(branchState(state, begun, other)).toEqual({ ...state, sampler: null, guidances: ['g', null, null] });
  const noise = branchState(state, begun, { ...begun, seed: 4 }).noise;
  expect(noise).toEqual(runNoise({ ...begun, seed: 4 }).save());
});
