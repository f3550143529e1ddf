import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readSafetensors, toFloat32, writeSafetensors } from '@ungrain/formats';
import type { Value } from '@ungrain/core';
import { expectRefusal, outcomeOf, startUngrain, ungrain, type Outcome } from './testing/ungrain.js';

const FIXTURES = fileURLToPath(new URL('../../models-deepfloyd/fixtures', import.meta.url));
const [STAGE1, STAGE2] = [join(FIXTURES, 'stage1'), join(FIXTURES, 'stage2')];

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-generate-'));
  process.env['UNGRAIN_CACHE'] = join(home, 'cache');
});
afterAll(async () => {
  delete process.env['UNGRAIN_CACHE'];
  await rm(home, { recursive: true });
});

const run = (...args: string[]): Promise<Outcome> => ungrain(args, { cwd: home });
const generate = (...args: string[]): Promise<Outcome> => run('generate', ...args, '--steps', '3');
const read = (name: string): Promise<Uint8Array> => readFile(join(home, name));

describe('ungrain generate', () => {
  test('draws what diffusers draws from the same prompt and seed', async () => {
    const meta = JSON.parse(await readFile(join(FIXTURES, 'reference/meta.json'), 'utf8')) as {
      pipelines: { stage1: { prompt: string; generator_seed: number; guidance_scale: number } };
    };
    const { prompt, generator_seed: seed, guidance_scale: scale } = meta.pipelines.stage1;
    const flags = ['--seed', String(seed), '--scale', String(scale), '--out', 'a.safetensors'];
    const { stderr } = await generate(prompt, '--stage1', STAGE1, ...flags);
    expect(stderr).toBe('');
    const samples = readSafetensors(await read('a.safetensors')).tensors.get('samples')!.data as Float32Array;
    const reference = readSafetensors(await readFile(join(FIXTURES, 'reference/pipelines/stage1.safetensors')));
    const latents = toFloat32(reference.tensors.get('latents')!).data.slice(-samples.length);
    expect(Math.max(...samples.map((x, i) => Math.abs(x - latents[i]!)))).toBeLessThan(5e-4);
  });

  test('both stages, several prompts: the files carry both runs, and are made again from them', async () => {
    const stages = ['--stage1', STAGE1, '--stage2', STAGE2];
    const parts = ['--sampler', 'dpmpp-2m', '--upscale-steps', '2', '--negative', 'blurry', '--noise', 'counter'];
    const outputs = ['--out', 'b.png', '--small', 'small.png', '--each', 'each', '--gif', 'b.gif'];
    const { stdout, stderr } = await generate('a cat', 'a dog', '--count', '2', ...stages, ...parts, ...outputs);
    expect(stderr).toBe('');
    expect(stdout).toMatch(
      /^Sampler 'dpmpp-2m' has no use for the variance that 'if' learned; those channels are dropped/,
    );
    expect(stdout).toMatch(/^4 images in 3 \+ 2 steps, /m);
    expect((await readdir(join(home, 'each'))).sort()).toEqual([
      'a-cat-0.png',
      'a-cat-1.png',
      'a-dog-0.png',
      'a-dog-1.png',
    ]);
    const shown = (await run('show', 'b.png')).stdout;
    expect(shown).toMatch(/^b\.png: 4 samples of if$/m);
    expect(shown).toMatch(/^then, on these images: 4 samples of if-stage2$/m);
    expect(shown).toMatch(/guidance .*\n +cfg:scale=7,negative=blurry/);
    const names = ['b.png', 'small.png', 'each/a-dog-1.png', 'b.gif'];
    const again = await Promise.all(names.map((name) => run('replay', name, ...stages, '--check', '--no-cache')));
    for (const [i, outcome] of again.entries())
      expect(outcome).toEqual({ status: 0, stdout: `the same bytes as ${names[i]}\n`, stderr: '' });
    expectRefusal(await run('replay', 'b.png', ...stages.slice(0, 2)), 2, /name its folder by --stage2/);
  });

  test('what the text encoder made is kept, and a pack takes its place', async () => {
    expect((await readdir(join(home, 'cache/prompts'))).length).toBeGreaterThan(3);
    const pack = new Map<string, Value>();
    for (const prompt of ['a red fox', '<empty>'])
      pack.set(prompt, { dtype: 'float32', data: new Float32Array(77 * 32).fill(0.1), shape: [1, 77, 32] });
    await writeFile(join(home, 'pack.safetensors'), writeSafetensors(pack));
    const packed = ['--stage1', STAGE1, '--prompts', 'pack.safetensors', '--json'];
    const { stdout, stderr } = await generate('a red fox', ...packed);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      files: ['a-red-fox-seed0.png'],
      spec: {
        conditions: ['a red fox'],
        versions: { prompts: expect.stringMatching(/^pack [0-9a-f]{12}$/) as unknown },
      },
    });
    expectRefusal(await generate('a red dog', ...packed), 2, /no embedding of "a red dog".* nearest are "a red fox"/);
  });

  test('the text encoder as int8 is made once, kept, and named by the run', async () => {
    const int8 = ['--stage1', STAGE1, '--encoder-weights', 'int8', '--no-cache'];
    const { stdout, stderr } = await generate('a red fox', ...int8, '--out', 'int8.png', '--json');
    expect(stderr).toBe('');
    const { spec } = JSON.parse(stdout) as { spec: { versions: Record<string, string> } };
    expect(spec.versions['prompts']).toMatch(/^T5 [0-9a-f]{12} int8$/);
    const [encoder] = await readdir(join(home, 'cache/int8'));
    const made = await readdir(join(home, 'cache/int8', encoder!));
    expect(made).toContain('model.safetensors.index.json');
    const again = await run('replay', 'int8.png', ...int8, '--check');
    expect(again).toEqual({ status: 0, stdout: 'the same bytes as int8.png\n', stderr: '' });
    expect(await readdir(join(home, 'cache/int8', encoder!))).toEqual(made);
  });

  test('prompts that are too long are told; --dry-run draws nothing', async () => {
    const long = 'very '.repeat(100);
    const { stdout } = await generate(long, '--stage1', STAGE1, '--out', 'long.png');
    expect(stdout).toMatch(/ has \d+ tokens; only the first 77 are looked at\./);
    const dry = await generate('a cat', '--stage1', STAGE1, '--stage2', STAGE2, '--dry-run', '--json');
    expect(JSON.parse(dry.stdout)).toMatchObject({
      runs: [
        { calls: 3, rows: 6 },
        { calls: 3, rows: 6 },
      ],
    });
    expect(await readdir(home)).not.toContain('a-cat-seed0.png');
  });

  test('Ctrl-C leaves no file', async () => {
    const before = await readdir(home);
    const known = await readdir(join(home, 'cache/prompts'));
    const args = ['generate', 'an owl', '--stage1', STAGE1, '--steps', '1000', '--out', 'never.png'];
    const child = startUngrain(args, { cwd: home });
    while ((await readdir(join(home, 'cache/prompts'))).length === known.length) await setTimeout(20);
    child.kill('SIGINT'); // the prompt was read
    const { status, stderr } = await outcomeOf(child);
    expect({ status, stderr }).toEqual({
      status: 130,
      stderr: expect.stringMatching(/^ungrain: [^\n]+\n$/) as unknown,
    });
    expect(await readdir(home)).toEqual(before);
  });

  test('refuses what cannot be', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /name it by --stage1/],
      [['--stage1', STAGE2], /is stage II of DeepFloyd IF, which enlarges images; name it by --stage2/],
      [['--stage1', STAGE1, '--stage2', STAGE1], /is stage I of DeepFloyd IF, which draws them; name it by --stage1/],
      [['--stage1', 'nowhere'], /There is no folder nowhere/],
      [
        ['--stage1', STAGE1, '--encoder', join(STAGE1, 'unet')],
        /has no text_encoder; name a folder that has one by --encoder/,
      ],
      [['--stage1', STAGE1, '--small', 'x.png'], /name that by --stage2/],
      [['--stage1', STAGE1, '--guidance', 'none', '--scale', '3'], /are of the guidance 'cfg', which is not used here/],
      [['--stage1', STAGE1, '--preset', 'fast28'], /Allowed choices are/],
      [['--stage1', STAGE1, '--scale', 'much'], /--scale must be a number from 0 to 1000, not 'much'/],
    ];
    const before = await readdir(home);
    const outcomes = await Promise.all(cases.map(([flags]) => generate('a cat', ...flags)));
    for (const [i, [, message]] of cases.entries()) expectRefusal(outcomes[i]!, 2, message);
    expect(await readdir(home)).toEqual(before);
  });

  test('a damaged folder is refused in a sentence that names the file and the tensor', async () => {
    const weights = 'unet/diffusion_pytorch_model.safetensors';
    const broken = async (name: string, damage: (folder: string) => Promise<void>): Promise<Outcome> => {
      const folder = join(home, name);
      await cp(STAGE1, folder, { recursive: true });
      await damage(folder);
      return generate('a cat', '--stage1', folder, '--no-cache');
    };
    const rewrite = (change: (all: Map<string, Value>) => void) => async (folder: string) => {
      const all = new Map(readSafetensors(await readFile(join(folder, weights))).tensors);
      change(all);
      await writeFile(join(folder, weights), writeSafetensors(all));
    };
    const bias = (values: number[]): Value => ({
      dtype: 'float32',
      data: Float32Array.from(values),
      shape: [values.length],
    });
    const config = (change: object) => async (folder: string) => {
      const path = join(folder, 'unet/config.json');
      await writeFile(path, JSON.stringify({ ...(JSON.parse(await readFile(path, 'utf8')) as object), ...change }));
    };
    const outcomes = await Promise.all([
      broken(
        'nan',
        rewrite((all) => all.set('conv_in.bias', bias(new Array<number>(8).fill(NaN)))),
      ),
      broken(
        'shape',
        rewrite((all) => all.set('conv_in.bias', bias([1, 2]))),
      ),
      broken('cut', async (folder) =>
        writeFile(join(folder, weights), (await readFile(join(folder, weights))).subarray(0, -9)),
      ),
      broken('shard', (folder) => rm(join(folder, 'text_encoder/model-00002-of-00003.safetensors'))),
      broken('block', config({ up_block_types: ['CrossAttnUpBlock2D', 'ResnetUpsampleBlock2D'] })),
      broken('activation', config({ act_fn: 'tanh' })),
      broken('foreign', config({ _class_name: 'UNet1DModel' })),
      broken('pickle', (folder) =>
        rename(join(folder, weights), join(folder, weights.replace('.safetensors', '.bin'))),
      ),
    ]);
    const messages = [
      /'conv_in\.bias' in .*nan\/unet\/diffusion_pytorch_model\.safetensors is not finite/,
      /shape\/unet .*'conv_in\.bias' should be \[8\] and is \[2\] in diffusion_pytorch_model\.safetensors/,
      /cut\/unet\/diffusion_pytorch_model\.safetensors cannot be read as safetensors/,
      /shard\/text_encoder\/.* says that '[\w.]+' lies in model-00002-of-00003\.safetensors, and that file is not there/,
      /block\/unet\/config\.json .*'up_block_types\.0'/,
      /activation\/unet\/config\.json .*'act_fn'/,
      /foreign\/unet\/config\.json .*'_class_name'/,
      /pickle\/unet has its weights in diffusion_pytorch_model\.bin only, a pickle.*UNet2DConditionModel\.from_pretrained/,
    ];
    messages.forEach((message, i) => expectRefusal(outcomes[i]!, 1, message));
  });
});
