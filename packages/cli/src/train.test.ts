import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeTinyMnist } from './testing/fixtures.js';
import { outcomeOf, startUngrain, ungrain } from './testing/ungrain.js';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-train-'));
  await writeTinyMnist(join(home, 'data'), 48);
});
afterAll(() => rm(home, { recursive: true }));

const TINY = ['train', 'digits-class', '--data', 'data', '--hidden', '4', '--batch-size', '8'];
const LONG = [...TINY, '--epochs', '10', '--steps', '60', '--checkpoint-every', '5'];

const run = (...args: string[]) => ungrain(args, { cwd: home });
const filesIn = (folder: string): Promise<readonly string[]> => readdir(join(home, folder)).catch(() => []);
const sha256 = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(join(home, path)))
    .digest('hex');

/** Starts a training and sends it a signal after its first checkpoint. */
async function interrupt(folder: string, signal: NodeJS.Signals) {
  const child = startUngrain([...LONG, '--out', folder], { cwd: home });
  const outcome = outcomeOf(child);
  while (!(await filesIn(folder)).some((name) => name.startsWith('checkpoint-') && name.endsWith('.safetensors'))) {
    if (child.exitCode !== null) break;
    await setTimeout(5);
  }
  child.kill(signal);
  return outcome;
}

test('a run that was killed, or stopped, and resumed ends with the same bytes as one that never was', async () => {
  const whole = await run(...LONG, '--out', 'whole', '--json');
  expect(whole.stderr).toBe('');
  expect(JSON.parse(whole.stdout)).toMatchObject({ step: 60, sha256: await sha256('whole/weights.safetensors') });

  await interrupt('killed', 'SIGKILL');
  expect(await filesIn('killed')).not.toContain('weights.safetensors');

  const stopped = await interrupt('stopped', 'SIGINT');
  expect(stopped.status).toBe(130);
  expect(stopped.stdout).toBe('');
  expect(stopped.stderr).toMatch(
    /^ungrain: Stopped after step \d+ of 60, with a checkpoint; go on with `ungrain train digits-class --resume --out stopped --data data --steps 60`\.\n$/,
  );

  for (const folder of ['killed', 'stopped']) {
    const resumed = await run('train', 'digits-class', '--resume', '--out', folder, '--data', 'data', '--steps', '60');
    expect(resumed).toMatchObject({ status: 0, stderr: '' });
    expect(await sha256(`${folder}/weights.safetensors`)).toBe(await sha256('whole/weights.safetensors'));
  }
});

test('the trained weights can be sampled', async () => {
  expect((await run(...TINY, '--steps', '6', '--out', 'short')).stdout).toMatch(/^Trained to step 6, loss /);
  const { status } = await run(
    'sample',
    'digits',
    '--weights',
    'short/weights.safetensors',
    '--steps',
    '1',
    '--out',
    'a.png',
  );
  expect(status).toBe(0);
});

test('settings come from flags, then from --config, then from the recipe', async () => {
  await writeFile(join(home, 'config.json'), '{"hidden": 4, "batchSize": 4, "learningRate": 0.001}');
  const train = (out: string, ...flags: string[]) =>
    run('train', 'denoiser', '--data', 'data', '--steps', '1', '--out', out, ...flags);
  expect(await train('by-config', '--config', 'config.json', '--batch-size', '8')).toMatchObject({
    status: 0,
    stderr: '',
  });
  const recipe = JSON.parse(await readFile(join(home, 'by-config/recipe.json'), 'utf8')) as object;
  expect(recipe).toMatchObject({
    recipe: 'denoiser',
    settings: { hidden: 4, batchSize: 8, learningRate: 0.001, sigma: 0.5, seed: 100 },
  });
  expect((await train('again', '--config', 'by-config/recipe.json')).status).toBe(0);
  expect(await sha256('again/weights.safetensors')).toBe(await sha256('by-config/weights.safetensors'));
});

const CONFIGS = {
  'other.json': '{"recipe": "denoiser", "settings": {}}',
  'broken.json': '{"epochs": 2',
  'list.json': '[2]',
  'misspelt.json': '{"epoch": 2}',
};

test.each([
  [['train', 'judge', '--config', 'other.json'], 2, "other.json is of the recipe 'denoiser', not of 'judge'"],
  [['train', 'judge', '--config', 'broken.json'], 2, 'broken.json is no JSON'],
  [['train', 'judge', '--config', 'list.json'], 2, 'list.json must hold a JSON object of settings'],
  [['train', 'judge', '--config', 'misspelt.json'], 2, "did you mean 'epochs'?"],
  [['train', 'judge', '--config', 'missing.json'], 1, 'missing.json cannot be read: there is no such file'],
  [[...TINY, '--out', 'data/train-labels-idx1-ubyte'], 2, 'is a file, not a folder'],
  [[...TINY, '--batch-size', '1'], 2, '--batch-size must be at least 2, not 1'],
  [['train', 'digit-class'], 2, "did you mean 'digits-class'?"],
  [['train', 'judge', '--hiden', '3'], 2, "Unknown option '--hiden'"],
  [['train', 'judge', '--resume', '--out', 'nothing', '--data', 'data'], 2, 'holds no training run to resume'],
  [['train', 'judge', '--data', 'nothing', '--out', 'judge'], 1, 'The data file'],
])('refuses %j', async (args, status, message) => {
  for (const [name, text] of Object.entries(CONFIGS)) await writeFile(join(home, name), text);
  const before = await filesIn('.');
  const outcome = await run(...args);
  expect(outcome.stderr).toMatch(/^ungrain: [^\n]+[.?]\n$/);
  expect(outcome.stderr).toContain(message);
  expect(outcome.status).toBe(status);
  expect(await filesIn('.')).toEqual(before);
});
