import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readSafetensors } from '@ungrain/formats';
import { fitPicture, readPicture } from '@ungrain/host';
import { decodePng, encodePng } from '@ungrain/media';
import { ungrain, type Outcome } from './testing/ungrain.js';

const FIXTURES = fileURLToPath(new URL('../../models-deepfloyd/fixtures', import.meta.url));
const [STAGE1, STAGE2] = [join(FIXTURES, 'stage1'), join(FIXTURES, 'stage2')];

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-if-'));
  process.env['UNGRAIN_CACHE'] = join(home, 'cache');
  const drawing = Uint8Array.from({ length: 20 * 16 * 3 }, (_, i) => (i * 37) % 256);
  await writeFile(join(home, 'drawing.png'), encodePng({ data: drawing, width: 20, height: 16, channels: 3 }));
});
afterAll(async () => {
  delete process.env['UNGRAIN_CACHE'];
  await rm(home, { recursive: true });
});

const run = (...args: string[]): Promise<Outcome> => ungrain(args, { cwd: home });
const IF = ['--model', 'if', '--stage1', STAGE1];
const LARGE = ['--stage2', STAGE2, '--upscale-steps', '2'];
const size = async (name: string) => (await decodePng(await readFile(join(home, name)))).pixels;

describe('the course on DeepFloyd IF', () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['noise', 'drawing.png'], /fitted to the model: cut to its middle, 16 × 16; 16 × 16 to 8 × 8\./],
    [['denoise', 'drawing.png', '--t', '250', '--prompt', 'a cat', '--steps', '8'], /t = 250, iterative, PSNR: \d/],
    [['edit', 'drawing.png', '--start', '1,3', '--prompt', 'a cat', '--steps', '4', ...LARGE], /^SDEdit, /m],
    [
      [
        'inpaint',
        'drawing.png',
        '--mask',
        '0,0,9,9',
        '--prompt',
        'a cat',
        '--steps',
        '4',
        ...LARGE,
        '--image',
        'inpainted.png',
      ],
      /^Inpainting, /m,
    ],
    [
      [
        'anagram',
        '--view',
        'flip',
        '--prompt',
        'a cat',
        '--prompt',
        'a dog',
        '--steps',
        '3',
        '--count',
        '2',
        ...LARGE,
        '--image',
        'flipped.png',
      ],
      /^Visual anagrams, /m,
    ],
    [
      [
        'hybrid',
        '--low',
        'a skull',
        '--high',
        '7 waterfalls',
        '--kernel',
        '9',
        '--steps',
        '3',
        '--count',
        '1',
        ...LARGE,
      ],
      /^Hybrid images, /m,
    ],
  ];

  test('every sheet, larger where stage II is named', async () => {
    const outcomes = await Promise.all(cases.map(([args]) => run(...args, ...IF, '--out', `${args[0]}.png`)));
    for (const [i, [args, said]] of cases.entries()) {
      expect(outcomes[i]).toMatchObject({ status: 0, stderr: '' });
      expect(outcomes[i]!.stdout).toMatch(said);
      expect((await size(`${args[0]}.png`)).width).toBeGreaterThan(50);
    }
  });

  test('what an inpainting is to keep stays as it was, larger too', async () => {
    const { data, width } = await size('inpainted.png');
    const { picture } = fitPicture((await readPicture(join(home, 'drawing.png'))).image, [3, 8, 8]);
    const [zoom, margin] = [4, (width - 8 * 4) / 2];
    for (const [x, y] of [
      [6, 2],
      [1, 6],
      [7, 7],
    ] as const)
      // prettier-ignore
      for (let channel = 0; channel < 3; channel++) {
        const seen = data[((margin + zoom * y) * width + margin + zoom * x) * 3 + channel]!;
        expect(Math.abs(seen - 255 * picture.data[(channel * 8 + y) * 8 + x]!)).toBeLessThanOrEqual(1);
      }
  });

  test('what was drawn can be had alone, and it and sheets are drawn again by both stages', async () => {
    for (const name of ['inpainted.png', 'flipped.png', 'edit.png']) {
      const { stdout } = await run('replay', name, '--stage1', STAGE1, '--stage2', STAGE2, '--check');
      expect(stdout).toBe(`the same bytes as ${name}\n`);
    }
  });

  test('prompts side by side in several numbers of steps', async () => {
    const prompts = ['a man wearing a hat', 'a rocket ship'];
    const stages = ['--stage1', STAGE1, '--stage2', STAGE2];
    const { stdout, stderr } = await run('compare', ...prompts, '--steps', '2,4', ...stages, '--out', 'compare.png');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^2 prompts in 2, 4 steps, /);
    expect((await run('replay', 'compare.png', ...stages, '--check')).stdout).toMatch(/^the same bytes/);
  });

  test('embeddings of prompts, of a file of them, and of a pack', async () => {
    await writeFile(join(home, 'prompts.txt'), 'a cat\n\n  a dog \n');
    const first = await run(
      'embed',
      'a rocket, at night',
      '--file',
      'prompts.txt',
      '--encoder',
      STAGE1,
      '--out',
      'a.safetensors',
    );
    expect(first.stdout).toMatch(/^a\.safetensors: 4 prompts of 77 tokens × 32 features, float16/);
    await run('embed', '--pack', 'a.safetensors', '--out', 'a.pth'); // as the course's, and from there on
    const again = await run('embed', '--pack', 'a.pth', '--out', 'b.safetensors', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({
      prompts: expect.arrayContaining(['', 'a rocket, at night', 'a dog']) as unknown,
    });
    const [a, b] = await Promise.all(
      ['a', 'b'].map(async (name) => readSafetensors(await readFile(join(home, `${name}.safetensors`)))),
    );
    expect(b!.tensors).toEqual(a!.tensors);
    const drawn = await run(
      'sample',
      'if',
      '--stage1',
      STAGE1,
      '--prompts',
      'b.safetensors',
      '--prompt',
      'a dog',
      '--steps',
      '2',
      '--out',
      'dog.png',
    );
    expect(drawn).toMatchObject({ status: 0, stderr: '' });
  });

  test('describe says what it is, and where it has to be named', async () => {
    expect((await run('describe', 'if', '--stage1', STAGE1)).stdout).toMatch(/condition +prompt$/m);
    expect((await run('describe', 'if-stage2')).stdout).toMatch(/name it by --stage2/);
  });

  test('refuses what cannot be', async () => {
    const refusals: readonly (readonly [readonly string[], RegExp])[] = [
      [
        ['edit', 'drawing.png', ...IF, '--class', '3'],
        /Model 'if' draws what words say; write them after --prompt, not --class/,
      ],
      [
        ['edit', 'drawing.png', '--prompt', 'a cat'],
        /Model 'digits' draws classes; say which by --class, not by --prompt/,
      ],
      [['anagram', ...IF, '--view', 'flip'], /is said by --class or by --prompt, once for each/],
      [
        ['sample', 'if', '--stage1', STAGE1, '--class', '3'],
        /Model 'if' has no classes; write what it should draw after --prompt/,
      ],
      [['sample', 'if', '--stage1', STAGE1, '--stage2', STAGE2], /`ungrain generate` goes on with stage II/],
      [['embed', '--out', 'x.safetensors'], /There is nothing to embed/],
      [['embed', 'a cat', '--out', 'x.safetensors'], /name a folder that has one by --encoder/],
      [['compare', 'a cat', '--stage1', STAGE1, '--steps', '2,x'], /--steps is a list of up to 16 numbers of steps/],
    ];
    const before = await readdir(home);
    const outcomes = await Promise.all(refusals.map(([args]) => run(...args)));
    for (const [i, [, message]] of refusals.entries()) {
      expect(outcomes[i]!.stderr).toMatch(message);
      expect(outcomes[i]!.stderr).toMatch(/^ungrain: [^\n]+[.?]\n$/);
      expect(outcomes[i]!.status).toBe(2);
    }
    expect(await readdir(home)).toEqual(before);
  });
});
