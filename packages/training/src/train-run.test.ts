import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TorchGenerator } from '@ungrain/core';
import { createOnnxEngine } from '@ungrain/engine-onnx';
import { adam, input, nn, ops, trainStep } from '@ungrain/graph';
import { readSafetensors } from '@ungrain/formats';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.js';
import { exponentialDecay } from './learning-rate.js';
import { RunFolder } from './run-folder.js';
import type { Task } from './task.js';
import { trainRun, type TrainRunOptions, type TrainRunStep } from './train-run.js';

/** Seven points of y = 2x₀ − x₁, in batches of three: the last batch of an epoch is smaller. */
function lineTask(): Task {
  const optimizer = adam();
  const build = (rows: number) => {
    const scope = nn.Scope.root({ training: true });
    const dense = nn.linear(scope.at('dense'), { in: 2, out: 1 });
    const x = input('x', [rows, 2]);
    const error = ops.subtract(dense(x), input('y', [rows, 1]));
    const loss = ops.mean(ops.multiply(error, error));
    const { declarations, updates: buffers } = scope;
    return { declarations, graph: trainStep({ name: 'line', loss, declarations, buffers, optimizer, emaDecay: 0.9 }) };
  };
  return {
    name: 'line',
    items: 7,
    batchSize: 3,
    epochs: 4,
    declarations: build(1).declarations,
    optimizer,
    learningRate: exponentialDecay(0.1, 4),
    emaDecay: 0.9,
    trainGraph: (rows) => build(rows).graph,
    batch: (items: Uint32Array, generator: TorchGenerator) => {
      const points = Array.from(items, (item) => [item / 7, (item % 3) / 3] as const);
      const jitter = generator.randn([items.length]).data;
      return {
        x: { dtype: 'float32', data: Float32Array.from(points.flat()), shape: [items.length, 2] },
        y: {
          dtype: 'float32',
          data: Float32Array.from(points, ([a, b], i) => 2 * a - b + 0.01 * jitter[i]!),
          shape: [items.length, 1],
        },
      };
    },
  };
}

const LINE = { recipe: 'line', settings: { points: 7 }, data: 'of the line' };

const engine = createOnnxEngine({ threads: 1 });
let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-training-'));
});
afterAll(() => rm(home, { recursive: true }));

const options = (folder: string, more: Partial<TrainRunOptions> = {}): TrainRunOptions => ({
  task: lineTask(),
  engine,
  seed: 100,
  folder: join(home, folder),
  description: LINE,
  checkpointEvery: 2,
  ...more,
});

async function all(run: AsyncIterable<TrainRunStep>): Promise<TrainRunStep[]> {
  const steps: TrainRunStep[] = [];
  for await (const step of run) steps.push(step);
  return steps;
}

const weights = (folder: string): Promise<Buffer> => readFile(join(home, folder, 'weights.safetensors'));

describe('a training run', () => {
  test('goes through every epoch, learns, and leaves its folder', async () => {
    const steps = await all(trainRun(options('whole')));
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(steps.map(({ items }) => items).slice(0, 3)).toEqual([3, 3, 1]);
    expect(steps.filter(({ endsEpoch }) => endsEpoch).map(({ step }) => step)).toEqual([3, 6, 9, 12]);
    expect(steps.at(-1)!.meanLoss).toBeLessThan(steps[0]!.loss);
    const files = (await readdir(join(home, 'whole'))).sort();
    expect(files).toEqual([
      'checkpoint-0000010.safetensors',
      'checkpoint-0000012.safetensors',
      'metrics.jsonl',
      'recipe.json',
      'weights.safetensors',
    ]);
  });

  test('ends with the same bytes if it was stopped at any step and resumed', async () => {
    const whole = await weights('whole');
    for (const stop of [1, 2, 3, 5, 11]) {
      const folder = `stopped-${stop}`;
      const controller = new AbortController();
      const stopped = (async () => {
        for await (const { step } of trainRun(options(folder, { signal: controller.signal })))
          if (step === stop - 1 || stop === 1) controller.abort();
      })();
      await expect(stopped).rejects.toMatchObject({ code: 'aborted' });
      await all(trainRun(options(folder, { resume: true })));
      expect((await weights(folder)).equals(whole)).toBe(true);
    }
  });

  test('ends with the same bytes if it was left without a word after a checkpoint, and says no step twice', async () => {
    const run = trainRun(options('killed'));
    for await (const { step } of run) if (step === 7) break; // the last checkpoint is of step 6
    await writeFile(join(home, 'killed', 'metrics.jsonl'), '{"step":9,"lo', { flag: 'a' });
    await writeFile(join(home, 'killed', 'checkpoint-0000008.safetensors.1234abcd.tmp'), 'half');
    await all(trainRun(options('killed', { resume: true })));
    expect((await weights('killed')).equals(await weights('whole'))).toBe(true);
    expect((await readdir(join(home, 'killed'))).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    const lines = (await readFile(join(home, 'killed', 'metrics.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { step: number }).step)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    ]);
  });

  test('another seed gives other weights', async () => {
    await all(trainRun(options('other-seed', { seed: 101 })));
    expect((await weights('other-seed')).equals(await weights('whole'))).toBe(false);
  });

  test('refuses to overwrite a run, to resume none, and to resume one with other settings', async () => {
    await expect(all(trainRun(options('whole')))).rejects.toMatchObject({ code: 'run-exists', kind: 'usage' });
    await expect(all(trainRun(options('nothing', { resume: true })))).rejects.toMatchObject({ code: 'no-run' });
    const other = options('whole', { resume: true, description: { ...LINE, recipe: 'circle' } });
    await expect(all(trainRun(other))).rejects.toMatchObject({ code: 'other-run' });
  });

  test('refuses a checkpoint of another run, by name, and one of another format', async () => {
    await all(trainRun(options('foreign', { maxSteps: 2 })));
    const resume = (): Promise<unknown> => all(trainRun(options('foreign', { resume: true })));
    const checkpoint = join(home, 'foreign', 'checkpoint-0000004.safetensors');
    const { state } = await loadCheckpoint(join(home, 'whole', 'checkpoint-0000010.safetensors'));
    const foreign = async (run: typeof LINE, message: string) => {
      await saveCheckpoint(checkpoint, state, run);
      await expect(resume()).rejects.toMatchObject({
        code: 'other-run',
        message: expect.stringContaining(message) as unknown,
      });
    };
    await foreign(
      { ...LINE, recipe: 'circle' },
      `checkpoint-0000004.safetensors is of a run of the recipe 'circle', not of 'line'`,
    );
    await foreign({ ...LINE, settings: { points: 8 } }, 'with points 8, not 7');
    await foreign({ ...LINE, data: 'of a circle' }, 'on other images');
    const other = (await readFile(checkpoint, 'latin1')).replace(
      String.raw`{\n  \"format\": 1`,
      String.raw`{\n  \"format\": 2`,
    );
    await writeFile(checkpoint, other, 'latin1');
    await expect(resume()).rejects.toMatchObject({ code: 'other-format', kind: 'failure' });
    expect((await readdir(join(home, 'foreign'))).sort()).toContain('checkpoint-0000002.safetensors');
  });

  test('goes on under a newer version, which knows more settings, and records each session', async () => {
    await all(trainRun(options('older', { maxSteps: 5, versions: { ungrain: '1.0.0' } })));
    const description = { ...LINE, settings: { ...LINE.settings, colour: 'new' } };
    await all(trainRun(options('older', { resume: true, description, versions: { ungrain: '1.1.0' } })));
    const [older, whole] = (await Promise.all(['older', 'whole'].map(weights))).map((bytes) => readSafetensors(bytes));
    expect(older!.tensors).toEqual(whole!.tensors);
    expect(await new RunFolder(join(home, 'older')).record()).toMatchObject({
      settings: { points: 7, colour: 'new' },
      sessions: [
        { step: 0, versions: { ungrain: '1.0.0' } },
        { step: 5, versions: { ungrain: '1.1.0' } },
      ],
    });
  });

  test('keeps the weights after the epochs that it is told, and saves when time is up', async () => {
    await all(
      trainRun(
        options('kept', { keepEpochs: [2, 3], checkpointEvery: 100, checkpointSeconds: 0, maxSteps: 7, keep: 9 }),
      ),
    );
    const names = (await readdir(join(home, 'kept'))).filter((name) => name.startsWith('checkpoint-'));
    expect(names).toHaveLength(7);
    expect(await new RunFolder(join(home, 'kept')).keptEpochs()).toEqual([2]);
    const { metadata } = readSafetensors(await readFile(join(home, 'kept', 'weights-epoch-0002.safetensors')));
    expect(JSON.parse(metadata.get('trained')!)).toEqual({ steps: 6, epochs: 2, withinEpoch: false });
    expect(JSON.parse(metadata.get('run')!)).toMatchObject(LINE);
  });

  test('a damaged checkpoint is named', async () => {
    const path = join(home, 'damaged.safetensors');
    const whole = await readFile(join(home, 'whole', 'checkpoint-0000012.safetensors'));
    await writeFile(path, whole.subarray(0, whole.length - 1));
    await expect(loadCheckpoint(path)).rejects.toMatchObject({ code: 'bad-safetensors', kind: 'failure' });
    await expect(loadCheckpoint(join(home, 'whole', 'weights.safetensors'))).rejects.toMatchObject({
      code: 'bad-checkpoint',
    });
  });
});
