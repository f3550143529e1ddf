import { describe, expect, test } from '@jest/globals';
import { createRegistry, createView, map, type ViewTransform } from '@ungrain/core';
import { samplersPlugin } from '../plugin.js';
import { checkView } from './check-view.js';

const { views } = createRegistry([samplersPlugin]);
const shape = [3, 24, 24];
const check = (text: string) => checkView(createView(text, views, shape), shape);

describe('checkView', () => {
  test.each([
    ['identity', 'permutation'],
    ['flip', 'permutation'],
    ['rotate90', 'permutation'],
    ['negate', 'permutation'],
    ['jigsaw', 'permutation'],
    ['inner-circle:quarters=1', 'permutation'],
    ['rotate90+negate+skew', 'permutation'],
    ['rotate:degrees=90', 'permutation'],
    ['low-pass:kernel=9', 'filter'],
    ['colour', 'filter'],
  ])('%s works, as a %s', (text, kind) => expect(check(text)).toMatchObject({ works: true, kind, linearity: 0 }));

  test.each([
    [
      'rotate:degrees=45',
      /^The variance of the noise falls where pixels are averaged or come from nowhere: from 1 to 0\.\d+/,
    ],
    ['rotate:degrees=45:interpolation=nearest', /come from nowhere/],
    ['inner-rotate:degrees=30:interpolation=nearest', /^Noise does not stay independent|^The variance/],
    ['white-balance:factor=1.5', /^Noise comes out with a variance of 2\.25 everywhere, and the model expects 1\.$/],
    ['blur:factor=4', /averaged.* from 1 to 0\.0/],
  ])('%s cannot', (text, reason) => {
    const report = check(text);
    expect(report.works).toBe(false);
    expect(report.reason).toMatch(reason);
  });

  test('what is not linear, does not come back, or breaks variances cannot work either', () => {
    const same: ViewTransform = { forward: (x) => x, inverse: (x) => x, inverseVariance: (x) => x };
    const of = (change: Partial<ViewTransform>) => checkView({ ...same, ...change }, [1, 4, 4]);
    expect(of({ forward: (x) => map(x, Math.abs) }).reason).toMatch(/does not commute/);
    expect(of({ forward: (x) => map(x, (v) => -v) }).reason).toMatch(/way back does not undo it/);
    expect(of({ inverseVariance: (x) => map(x, (v) => -v) }).reason).toBe('A variance of 1 comes back as -1.');
    expect(of({ forward: (x) => map(x, () => NaN) }).reason).toBe('It gives values that are no numbers.');
  });

  test('an orthogonal view that mixes pixels works, and is known from its matrix', () => {
    // A rotation of the first two pixels' plane.
    const turn = (sign: number) => (x: { data: Float32Array; shape: readonly number[] }) => {
      const data = x.data.slice();
      for (let at = 0; at < data.length; at += 16) {
        data[at] = 0.6 * x.data[at]! - sign * 0.8 * x.data[at + 1]!;
        data[at + 1] = sign * 0.8 * x.data[at]! + 0.6 * x.data[at + 1]!;
      }
      return { data, shape: x.shape };
    };
    const view = {
      forward: turn(1),
      inverse: turn(-1),
      inverseVariance: (x: { data: Float32Array; shape: readonly number[] }) => x,
    };
    const report = checkView(view, [1, 4, 4]);
    expect(report).toMatchObject({ works: true, kind: 'orthogonal' });
    expect(report.orthogonality).toBeLessThan(1e-5);
  });
});
