import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readSafetensors } from '@ungrain/formats';
import { decodePng } from '@ungrain/media';
import { writeTinyWeights } from './testing/fixtures.js';
import { expectRefusal, ungrain, type Outcome } from './testing/ungrain.js';

const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-sample-'));
  await chmod(home, 0o755);
  await writeTinyWeights(join(home, 'tiny.safetensors'));
});
afterAll(() => rm(home, { recursive: true }));

const BRIEF = ['--weights', 'tiny.safetensors', '--steps', '2', '--count', '1'];
const sample = (...flags: string[]): Promise<Outcome> =>
  ungrain(['sample', 'digits', ...BRIEF, ...flags], { cwd: home });
const read = (name: string): Promise<Uint8Array> => readFile(join(home, name));

/** One sentence on stderr, nothing on stdout. */
describe('ungrain sample', () => {
  test('the same seed gives the same bytes, another seed gives others', async () => {
    for (const [name, seed] of [
      ['a', '1'],
      ['b', '1'],
      ['c', '2'],
    ])
      expect((await sample('--class', '3,7', '--seed', seed!, '--out', `${name}.png`)).status).toBe(0);
    const [a, b, c] = await Promise.all(['a.png', 'b.png', 'c.png'].map(read));
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
    const { pixels, text } = await decodePng(a!);
    expect(pixels.width).toBeGreaterThan(2 * 28);
    expect(JSON.parse(text['ungrain']!)).toMatchObject({ model: 'digits', seed: 1, steps: 2, conditions: [3, 7] });
  });

  test('--each and --json', async () => {
    const { status, stdout } = await sample(
      '--class',
      '3,7',
      '--count',
      '2',
      '--each',
      'each',
      '--json',
      '--guidance',
      'none',
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ spec: { count: 4, guidance: [], noise: 'torch' } });
    expect((await readdir(join(home, 'each'))).sort()).toEqual(['3-0.png', '3-1.png', '7-0.png', '7-1.png']);
  });

  test('gif, with other parts', async () => {
    const parts = ['--sampler', 'heun', '--spacing', 'uniform', '--guidance', 'cfg:scale=2', '--noise', 'counter'];
    expect((await sample('--class', '0..1', '--out', 'new/a.gif', ...parts)).status).toBe(0);
    expect(Buffer.from((await read('new/a.gif')).subarray(0, 6)).toString()).toBe('GIF89a');
  });

  test('safetensors', async () => {
    expect((await sample('--class', 'none', '--out', 'a.safetensors')).status).toBe(0);
    expect(readSafetensors(await read('a.safetensors')).tensors.get('samples')).toMatchObject({
      shape: [1, 1, 28, 28],
    });
  });

  test.each([
    [['--class', '12'], 2, /--class must be at most 9, not 12/],
    [['--steps', '0'], 2, /--steps must be at least 1, not 0/],
    [['--steps', '1e9'], 2, /--steps must be at most 10000, not 1000000000/],
    [['--count', '-1'], 2, /--count must be a whole number from 1 to 4096, not -1/],
    [['--sampler', 'eulr'], 2, /did you mean 'euler'\?/],
    [['--guidance', 'cfg:scal=1'], 2, /did you mean 'scale'\?/],
    [['--out', 'somedir/'], 2, /somedir\/ is a folder/],
    [['--out', 'a.jpg'], 2, /unknown extension 'jpg'/],
    [['--stesp', '3'], 2, /did you mean '--steps'\?/],
    [['--weights', 'missing.safetensors'], 1, /missing\.safetensors cannot be read: there is no such file/],
    [['--weights', 'cut.safetensors'], 1, /cut\.safetensors cannot be read as safetensors/],
    [['--weights', 'foreign.safetensors'], 1, /foreign\.safetensors cannot be read as safetensors/],
  ])('refuses %j', async (flags, status, message) => {
    await mkdir(join(home, 'somedir'), { recursive: true });
    await writeFile(join(home, 'cut.safetensors'), (await read('tiny.safetensors')).subarray(0, -100));
    await writeFile(join(home, 'foreign.safetensors'), 'PK\x03\x04 something else altogether');
    const before = await readdir(home);
    expectRefusal(await sample('--class', '1', ...flags), status, message);
    expect(await readdir(home)).toEqual(before);
  });

  test("a folder of another user's", async () => {
    const folder = join(home, 'locked');
    await mkdir(folder, { mode: 0o555 });
    const outcome = await ungrain(['sample', 'digits', ...BRIEF, '--out', 'locked/a.png'], {
      cwd: home,
      ...(isRoot && { uid: NOBODY }),
    });
    expectRefusal(outcome, 1, /locked cannot be written: permission is denied/);
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([[['--out', 'full/a.png']], [['--each', 'full/deep']]])('a full disk: %j', async (flags) => {
    const outcome = await ungrain(['sample', 'digits', ...BRIEF, ...flags], { cwd: home, largestFile: 0 });
    expectRefusal(outcome, 1, /cannot be written: it would be larger than files may be here/);
    expect(await readdir(home)).not.toContain('full');
  });
});
