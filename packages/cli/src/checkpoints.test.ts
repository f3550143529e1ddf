import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { UngrainError, type Value } from '@ungrain/core';
import { openOnnxFile } from '@ungrain/engine-onnx';
import { readSafetensors, readTorchFile, type TorchData } from '@ungrain/formats';
import { expectRefusal, ungrain, type Outcome } from './testing/ungrain.js';

/** The course's three UNets, saved by PyTorch: see course-unets.py beside it. */
const CHECKPOINT = fileURLToPath(new URL('../../models-mnist/src/import/testing/course-unets.pt', import.meta.url));

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-checkpoints-'));
  expect(await run('import', CHECKPOINT, '--key', 'class', '--out', 'mine.safetensors')).toMatchObject({ status: 0 });
});
afterAll(() => rm(home, { recursive: true }));
const run = (...args: string[]): Promise<Outcome> => ungrain(args, { cwd: home });

/** One sentence on stderr, nothing on stdout, and no file. */
async function expectRefused(args: readonly string[], status: number, message: RegExp): Promise<void> {
  const before = await readdir(home);
  expectRefusal(await run(...args), status, message);
  expect(await readdir(home)).toEqual(before);
}

describe('ungrain import', () => {
  test('a checkpoint of PyTorch draws', async () => {
    const { status, stdout } = await run(
      'sample',
      'digits',
      '--weights',
      'mine.safetensors',
      '--steps',
      '1',
      '--class',
      '7',
      '--out',
      '7.png',
    );
    expect(status).toBe(0);
    expect(stdout).toContain('7.png');
  });

  test('says what became of what', async () => {
    const { stdout } = await run(
      'import',
      CHECKPOINT,
      '--key',
      'class',
      '--model',
      'digits',
      '--out',
      'again.safetensors',
    );
    expect(stdout).toMatch(
      /^again\.safetensors: 'class' in .* is a class-conditioned UNet with D = 2, [\d,]+ numbers\.$/m,
    );
    expect(stdout).toMatch(/^ {2}downs\.1\.0\.0 +→ +down2\.down\.conv +by its shape$/m);
    expect(stdout).toMatch(/^Try it: ungrain sample digits --weights again\.safetensors$/m);
    expect(await readFile(join(home, 'again.safetensors'))).toEqual(await readFile(join(home, 'mine.safetensors')));
  });

  test("the course's one-step denoiser takes noise off a picture", async () => {
    await run('import', CHECKPOINT, '--key', 'uncond', '--model', 'denoiser', '--out', 'one-step.safetensors');
    await run('sample', 'digits', '--steps', '1', '--count', '1', '--each', 'digit');
    const model = ['--model', 'denoiser', '--weights', 'one-step.safetensors'];
    const { status, stdout } = await run('denoise', 'digit/0-0.png', '--t', '295', '--one-step', ...model);
    expect(stdout).toMatch(/^t = 295 of 1000 is time 0\.5\d* of this model, .*: 1\.00·image \+ 0\.5\d·noise\.$/m);
    expect(status).toBe(0);
    await expectRefused(
      ['denoise', 'digit/0-0.png', '--t', '900', ...model],
      2,
      /^ungrain: t = 900 has more noise than the model 'denoiser' knows; it goes up to t = \d{3}\.$/m,
    );
  });

  test('our own weights, and a new file by default', async () => {
    const { status, stdout } = await run('import', 'mine.safetensors', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      file: 'mine-2.safetensors',
      kind: 'class',
      hidden: 2,
      key: null,
      unused: [],
    });
    expect(status).toBe(0);
  });

  test.each<[string[], number, RegExp]>([
    [[CHECKPOINT], 2, /holds several state_dicts; choose one of uncond, time, class by --key/],
    [[CHECKPOINT, '--key', 'clas'], 2, /no state_dict 'clas', did you mean 'class'\?/],
    [
      [CHECKPOINT, '--key', 'time'],
      1,
      /is a time-conditioned UNet, and the model digits needs a class-conditioned UNet; --model digits-time takes it/,
    ],
    [[CHECKPOINT, '--key', 'class', '--model', 'digit'], 2, /did you mean 'digits'\?/],
    [['nothing.pt'], 1, /nothing\.pt cannot be read: there is no such file/],
    [['cut.pt'], 1, /cut\.pt cannot be read as a PyTorch file/],
    [[CHECKPOINT, '--key', 'class', '--out', 'a.onnx'], 2, /unknown extension 'onnx'/],
  ])('refuses %j', async (args, status, message) => {
    await writeFile(join(home, 'cut.pt'), (await readFile(CHECKPOINT)).subarray(0, 5000));
    await expectRefused(['import', ...args], status, message);
  });
});

describe('ungrain export', () => {
  const checkpoint = async () =>
    new Map(
      (readTorchFile(await readFile(CHECKPOINT)) as ReadonlyMap<string, TorchData>).get(
        'results',
      ) as readonly (readonly [string, Value])[],
    );
  const feedsOf = (results: ReadonlyMap<string, Value>, rows: number): Record<string, Value> =>
    Object.fromEntries(
      ['x', 't', 'c'].map((name) => {
        const { data, shape } = results.get(name) as Extract<Value, { dtype: 'float32' }>;
        const size = data.length / shape[0]!;
        return [name, { dtype: 'float32', data: data.slice(0, rows * size), shape: [rows, ...shape.slice(1)] }];
      }),
    );

  test('an ONNX file for any number of images, which gives what PyTorch gave', async () => {
    const { status, stdout } = await run(
      'export',
      'digits',
      '--weights',
      'mine.safetensors',
      '--format',
      'onnx',
      '--out',
      'mine.onnx',
    );
    expect(status).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'Written: mine.onnx',
      '  takes x [rows, 1, 28, 28]',
      '  takes c [rows, 10]',
      '  takes t [rows, 1]',
      '  gives velocity [rows, 1, 28, 28]',
      '',
    ]);
    const results = await checkpoint();
    const expected = results.get('class')!.data as Float32Array;
    const file = await openOnnxFile(join(home, 'mine.onnx'), { threads: 1 });
    for (const rows of [1, 3]) {
      const velocity = (await file.run(feedsOf(results, rows)))['velocity']!;
      expect(velocity.shape).toEqual([rows, 1, 28, 28]);
      (velocity.data as Float32Array).forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5));
    }
    await file.dispose();
  });

  test('an ONNX file for a fixed number of images', async () => {
    const { stdout } = await run(
      'export',
      'digits',
      '--weights',
      'mine.safetensors',
      '--rows',
      '2',
      '--out',
      'two.onnx',
      '--json',
    );
    expect(JSON.parse(stdout)).toMatchObject({
      file: 'two.onnx',
      outputs: [{ name: 'velocity', shape: [2, 1, 28, 28] }],
    });
    const file = await openOnnxFile(join(home, 'two.onnx'), { threads: 1 });
    const results = await checkpoint();
    await file.run(feedsOf(results, 2));
    await expect(file.run(feedsOf(results, 3))).rejects.toThrow(UngrainError);
    await file.dispose();
  });

  test('weights as safetensors', async () => {
    await run(
      'export',
      'digits',
      '--weights',
      'mine.safetensors',
      '--format',
      'safetensors',
      '--out',
      'out.safetensors',
    );
    const [out, mine] = await Promise.all(['out', 'mine'].map((name) => readFile(join(home, `${name}.safetensors`))));
    expect(readSafetensors(out!).tensors).toEqual(readSafetensors(mine!).tensors);
  });

  test.each<[string[], number, RegExp]>([
    [['digit'], 2, /did you mean 'digits'\?/],
    [['digits', '--format', 'onx'], 2, /Allowed choices are onnx, safetensors/],
    [['digits', '--format', 'onnx', '--out', 'a.safetensors'], 2, /unknown extension 'safetensors'/],
    [['digits', '--weights', 'nothing.safetensors', '--out', 'a.onnx'], 1, /cannot be read: there is no such file/],
    [['digits', '--rows', '0', '--out', 'a.onnx'], 2, /--rows must be a whole number/],
  ])('refuses %j', async (args, status, message) => {
    await expectRefused(['export', ...args], status, message);
  });
});
