import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createRegistry, parseRunSpec, sizeOf, straightPath, TorchGenerator, type Model } from '@ungrain/core';
import type { Judge } from '@ungrain/models-mnist';
import { samplersPlugin } from '@ungrain/samplers';
import { z } from 'zod';
import { scoreTable, type ScoreTableOptions } from './score-table.js';
import { guidanceCells, planCells, stepsCells } from './table-cells.js';
import { planTableFiles, type ScoreTable } from './table-file.js';

const registry = createRegistry([samplersPlugin]);

/** Draws two pixels that are about as bright as its class says. */
const model: Model = {
  name: 'spots',
  schedule: straightPath,
  prediction: 'sample',
  variance: 'none',
  sampleShape: [1, 1, 2],
  accepts: () => true,
  range: [0, 1],
  maxRows: 100,
  condition: z.int().min(0).max(1).optional(),
  defaults: {},
  encode: async (raw) => raw.map((digit) => ({ c: { data: Float32Array.of(Number(digit ?? 0.5)), shape: [1] } })),
  unconditional: () => ({ c: { data: Float32Array.of(0.5), shape: [1] } }),
  predict: async ({ x, conditions }) => ({
    data: x.data.map(
      (value, i) => conditions[Math.floor((i * conditions.length) / x.data.length)]!.c!.data[0]! + value / 9,
    ),
    shape: x.shape,
  }),
  dispose: async () => undefined,
};

const judge: Judge = {
  async read({ data, shape: [count, ...size] }) {
    const features = { data, shape: [count!, sizeOf(size)] };
    const digits = Array.from({ length: count! }, (_, i) => (data[2 * i]! > 0.5 ? 1 : 0));
    return { digits, probabilities: features, features };
  },
  dispose: async () => undefined,
};

const base = parseRunSpec({
  model: 'spots',
  sampler: { name: 'euler' },
  spacing: { name: 'uniform' },
  steps: 4,
  count: 20,
  guidance: [{ name: 'cfg', options: { scale: 5 } }],
});

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'table-'));
  const count = 80;
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
  const noise = new TorchGenerator(1).randint(0, 50, 2 * count);
  const pixels = Uint8Array.from(noise, (value, i) => 200 * labels[Math.floor(i / 2)]! + Number(value));
  await writeFile(join(folder, 't10k-labels-idx1-ubyte'), Uint8Array.of(0, 0, 8, 1, 0, 0, 0, count, ...labels));
  const header = [0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 1, 0, 0, 0, 2];
  await writeFile(join(folder, 't10k-images-idx3-ubyte'), Uint8Array.of(...header, ...pixels));
});
afterEach(() => rm(folder, { recursive: true }));

const scales = (list: readonly number[]) => planCells(guidanceCells(base, list), registry, model);
async function options(cells: ScoreTableOptions['cells'], more: Partial<ScoreTableOptions> = {}) {
  const files = await planTableFiles(join(folder, 'out.json'));
  return {
    table: 'guidance' as const,
    base,
    cells,
    files,
    registry,
    model,
    judge,
    judgeSha256: 'j',
    data: folder,
    ...more,
  };
}
const withoutTimes = ({ cells, ...rest }: ScoreTable) => ({
  ...rest,
  cells: cells.map((cell) => ({ ...cell, seconds: 0 })),
});

test('scores each γ, and says what it comes to', async () => {
  const { cells, reference } = await scoreTable(await options(await scales([0, 1, 5])));
  expect(cells.map(({ scale, callsPerSample }) => [scale, callsPerSample])).toEqual([
    [0, 8],
    [1, 4],
    [5, 8],
  ]);
  expect(cells[2]!.accuracy.correct).toBe(20);
  expect(cells[1]!.scores.frechet.value).toBeLessThan(cells[2]!.scores.frechet.value);
  expect(reference).toBeNull();
  const markdown = await readFile(join(folder, 'out.md'), 'utf8');
  expect(markdown).toMatch(/^\| γ \| calls \|/);
  expect(markdown).toContain('The Fréchet distance is lowest at γ = 1:');
});

test('one that was stopped goes on to the same numbers, without drawing again', async () => {
  const whole = await scoreTable(await options(await scales([1, 2, 3])));
  const bytes = await readFile(join(folder, 'out.json'), 'utf8');
  await rm(join(folder, 'out.json'));

  const controller = new AbortController();
  const onProgress = ({ cell, done }: { cell: number; done: number }): void => {
    if (cell === 1 && done > 100) controller.abort();
  };
  const cells = await scales([1, 2, 3]);
  const stopped = scoreTable(await options(cells, { signal: controller.signal, onProgress }));
  await expect(stopped).rejects.toMatchObject({ code: 'aborted' });
  const kept = JSON.parse(await readFile(join(folder, 'out.json'), 'utf8')) as ScoreTable;
  expect(kept.cells.map(({ scale }) => scale)).toEqual([1]);

  const begun: number[] = [];
  const resumed = await scoreTable(await options(cells, { onProgress: (now) => void begun.push(now.cells) }));
  expect(new Set(begun)).toEqual(new Set([2]));
  expect(withoutTimes(resumed)).toEqual(withoutTimes(whole));
  expect(JSON.parse(bytes)).toEqual(whole);
});

test('further cells join a table; those there before stay', async () => {
  await scoreTable(await options(await scales([3])));
  const { cells } = await scoreTable(await options(await scales([1])));
  expect(cells.map(({ scale }) => scale)).toEqual([1, 3]);
});

test('refuses the file of another table, or of something else, and leaves it alone', async () => {
  const cells = await scales([1]);
  await scoreTable(await options(cells));
  const before = await readFile(join(folder, 'out.json'), 'utf8');
  const other = scoreTable(await options(cells, { base: { ...base, seed: 7 } }));
  await expect(other).rejects.toMatchObject({
    code: 'other-table',
    message: expect.stringContaining('its seed differs'),
  });
  await expect(scoreTable(await options(cells, { table: 'steps' }))).rejects.toMatchObject({ code: 'other-table' });
  expect(await readFile(join(folder, 'out.json'), 'utf8')).toBe(before);
  await writeFile(join(folder, 'out.json'), '{"cells": 1}');
  await expect(scoreTable(await options(cells))).rejects.toMatchObject({ code: 'bad-table', kind: 'usage' });
  expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('steps are measured against the reference, which is drawn once', async () => {
  const specs = stepsCells(base, { samplers: ['euler', 'heun'], steps: [2, 2, 8], referenceSteps: 8 });
  const scored = await scoreTable(await options(await planCells(specs, registry, model), { table: 'steps' }));
  expect(scored.cells.map(({ sampler, steps, callsPerSample }) => [sampler, steps, callsPerSample])).toEqual([
    ['euler', 8, 16],
    ['euler', 2, 4],
    ['heun', 2, 6],
    ['heun', 8, 30],
  ]);
  const markdown = await readFile(join(folder, 'out.md'), 'utf8');
  expect(markdown).toContain('| euler (reference) | 8 | 16 |');
  expect(markdown).toMatch(/heun .* as good as euler with 8 steps/);
});
