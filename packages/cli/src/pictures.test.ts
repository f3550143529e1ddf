import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodePng, encodePng } from '@ungrain/media';
import { writeTinyWeights } from './testing/fixtures.js';
import { expectRefusal, ungrain, type Outcome } from './testing/ungrain.js';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-pictures-'));
  await writeTinyWeights(join(home, 'tiny.safetensors'));
  // A white stroke on black, of the digits' size, and a larger drawing in colour.
  const stroke = Uint8Array.from({ length: 28 * 28 }, (_, i) => (i % 28 > 11 && i % 28 < 16 ? 255 : 0));
  await writeFile(join(home, 'one.png'), encodePng({ data: stroke, width: 28, height: 28, channels: 1 }));
  const drawing = Uint8Array.from({ length: 60 * 40 * 3 }, (_, i) => (i % 7 === 0 ? 30 : 250));
  await writeFile(join(home, 'drawing.png'), encodePng({ data: drawing, width: 60, height: 40, channels: 3 }));
  await writeFile(join(home, 'not.png'), 'a text');
});
afterAll(() => rm(home, { recursive: true }));

const TINY = ['--weights', 'tiny.safetensors', '--steps', '3'];
const run = (...args: string[]): Promise<Outcome> => ungrain([...args, ...TINY], { cwd: home });
const widthOf = async (name: string) => (await decodePng(await readFile(join(home, name)))).pixels.width;

describe('sheets of pictures', () => {
  test.each([
    [['noise', 'one.png', '--t', '100,900'], /^t = 100 of 1000 is time 0\.\d+ of this model, by equal log-SNR/],
    [['blur', 'one.png', '--t', '500'], /t = 500, PSNR: \d/],
    [['denoise', 'one.png', '--t', '300', '--one-step'], /t = 300, one-step, SSIM: /],
    [
      ['edit', 'drawing.png', '--start', '0,2', '--class', '7', '--invert'],
      /drawing\.png was fitted to the model: black and white exchanged; colour to grey; cut to its middle, 40 × 40; 40 × 40 to 28 × 28\./,
    ],
    [['inpaint', 'one.png', '--mask', '0,0,28,14', '--count', '2', '--resamples', '2'], /^Inpainting, /],
    [
      ['anagram', '--view', 'rotate180', '--class', '6', '--class', '9', '--count', '2', '--score'],
      /image 2, rotate180 as 9: /,
    ],
    [['hybrid', '--low', '3', '--high', '8', '--count', '1'], /^Hybrid images, /],
  ])('%j', async (args, said) => {
    const { status, stdout, stderr } = await run(...args, '--out', `${args[0]}.png`);
    expect(stderr).toBe('');
    expect(stdout).toMatch(said);
    expect(await widthOf(`${args[0]}.png`)).toBeGreaterThan(150);
    expect(status).toBe(0);
  });

  test('carry what they are of, and are made again from it', async () => {
    const replayed = (name: string): Promise<Outcome> =>
      ungrain(['replay', name, '--weights', 'tiny.safetensors', '--check'], { cwd: home });
    for (const name of ['blur.png', 'denoise.png', 'edit.png', 'inpaint.png', 'anagram.png'])
      expect(await replayed(name)).toEqual({ status: 0, stdout: `the same bytes as ${name}\n`, stderr: '' });
    const { stdout } = await ungrain(['show', 'edit.png'], { cwd: home });
    expect(stdout).toMatch(/^edit\.png: a sheet, 'edit', of digits$/m);
    expect(stdout).toMatch(/^ {2}sheet: starts +0,2$/m);
    const frames = await ungrain(['replay', 'edit.png', '--weights', 'tiny.safetensors', '--frames', 'x'], {
      cwd: home,
    });
    expectRefusal(frames, 2, /The file shows several runs, and frames are of one/);
  });

  test('the best image can be had alone, and drawn again from the run inside', async () => {
    const args = ['anagram', '--view', 'flip', '--class', '3', '--class', '3', '--count', '1', '--best-of', '3'];
    const { stdout, stderr } = await run(...args, '--image', 'best.png', '--json');
    expect(stderr).toBe('');
    const { files, measures, spec } = JSON.parse(stdout) as {
      files: string[];
      measures: object;
      spec: { count: number };
    };
    expect(files).toContain('best.png');
    expect(Object.keys(measures)).toHaveLength(2);
    expect(spec).toMatchObject({ count: 1, noise: 'torch-per-sample', guidance: [{ name: 'views' }, { name: 'cfg' }] });
    const again = await ungrain(['replay', 'best.png', '--weights', 'tiny.safetensors', '--out', 'again.png'], {
      cwd: home,
    });
    expect(again.stderr).toBe('');
    expect(await readFile(join(home, 'again.png'))).toEqual(await readFile(join(home, 'best.png')));
  });

  test.each([
    [['edit', 'one.png', '--start', '3'], 2, /would begin at step 3, but the run has the steps 0 to 2/],
    [['edit', 'one.png', '--class', '12'], 2, /--class must be at most 9, not 12/],
    [['edit', 'missing.png'], 1, /missing\.png cannot be read: there is no such file/],
    [
      ['noise', 'not.png'],
      1,
      /not\.png cannot be read as a picture: .*; it should be a PNG, JPEG, WebP, GIF, TIFF or AVIF file\./,
    ],
    [['noise', 'one.png', '--t', '1000'], 2, /A noise level is a t of 0 to 999, not 1000/],
    [['blur', 'one.png', '--kernel', '4'], 2, /needs an odd number of weights/],
    [
      ['inpaint', 'one.png', '--mask', '20,20,20,20'],
      2,
      /The rectangle 20,20,20,20 does not lie in the image, which has 28 × 28 pixels/,
    ],
    [
      ['inpaint', 'one.png', '--mask', 'drawing.png'],
      2,
      /The mask drawing\.png has 60 × 40 pixels, and the image 28 × 28/,
    ],
    [['inpaint', 'one.png', '--mask', '0,0,28,28'], 2, /covers everything/],
    [
      ['anagram', '--view', 'flip', '--view', 'negate', '--view', 'skew', '--class', '6'],
      2,
      /3 --view and 1 --class do not go together/,
    ],
    [
      ['anagram', '--view', 'flop', '--class', '6', '--class', '9'],
      2,
      /There is no view 'flop', did you mean 'flip'\?/,
    ],
    [['hybrid', '--low', '3', '--high', '8', '--best-of', '2'], 2, /--best-of 2 is fewer than the 4 images of --count/],
  ])('refuses %j', async (args, status, message) => {
    const before = await readdir(home);
    const outcome = await run(...args);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr).toMatch(/^ungrain: [^\n]+[.?]\n$/);
    expect(outcome.status).toBe(status);
    expect(await readdir(home)).toEqual(before);
  });
});
