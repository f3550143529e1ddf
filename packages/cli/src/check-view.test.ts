import { tmpdir } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { ungrain } from './testing/ungrain.js';

const run = (...args: string[]) => ungrain(['check-view', ...args], { cwd: tmpdir() });

describe('ungrain check-view', () => {
  test('says that a permutation works, options and compositions included', async () => {
    const { status, stdout } = await run('skew:factor=0.5+negate', '--size', '32');
    expect(stdout).toMatch(/^skew:factor=0\.5\+negate at 32 × 32 × 3 works: each value of the image appears once/);
    expect(stdout).toMatch(/variance of the noise +1 to 1, 1 on average/);
    expect(status).toBe(0);
  });

  test('says why a turn by 45° cannot, with status 1', async () => {
    const { status, stdout } = await run('rotate:degrees=45', '--size', '28', '--channels', '1', '--json');
    const report = JSON.parse(stdout) as { works: boolean; reason: string; variance: { mean: number } };
    expect(report).toMatchObject({ works: false, kind: 'other', shape: [1, 28, 28] });
    expect(report.reason).toMatch(/^The variance of the noise falls where pixels are averaged/);
    expect(report.variance.mean).toBeLessThan(0.6);
    expect(status).toBe(1);
  });

  test.each([
    [['rotat90'], /There is no view 'rotat90', did you mean 'rotate90'\?/],
    [['jigsaw', '--size', '30'], /View 'jigsaw' divides images into 4 × 4 parts, which a side of 30 does not allow/],
    [['skew:factor=far'], /Option 'factor' of view 'skew' must be a number, not 'far'/],
  ])('refuses %j', async (args, message) => {
    const { status, stderr } = await run(...args);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });
});
