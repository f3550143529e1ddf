import { createHash } from 'node:crypto';
import { chmod, cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeTinyMnist } from './testing/fixtures.js';
import { outcomeOf, startUngrain, ungrain } from './testing/ungrain.js';

const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
const native = process.env['UNGRAIN_TFJS_NATIVE'];

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-train-'));
  await chmod(home, 0o755);
  await writeTinyMnist(join(home, 'data'), 48);
  if (native) await symlink(join(native, 'node_modules'), join(home, 'node_modules'));
});
afterAll(() => rm(home, { recursive: true }));

const TINY = ['train', 'digits-class', '--data', 'data', '--hidden', '4', '--batch-size', '8', '--no-figures'];
const LONG = [...TINY, '--epochs', '10', '--steps', '60', '--checkpoint-every', '5'];

const run = (...args: string[]) => ungrain(args, { cwd: home });
const filesIn = (folder: string): Promise<readonly string[]> => readdir(join(home, folder)).catch(() => []);
const sha256 = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(join(home, path)))
    .digest('hex');

const checkpoints = async (folder: string): Promise<readonly string[]> =>
  (await filesIn(folder)).filter((name) => name.startsWith('checkpoint-'));

/** Starts a training and sends it a signal once its folder looks as it should. */
async function interrupt(args: readonly string[], signal: NodeJS.Signals, when: () => Promise<boolean>) {
  const child = startUngrain(args, { cwd: home });
  const outcome = outcomeOf(child);
  while (child.exitCode === null && !(await when())) await setTimeout(1);
  child.kill(signal);
  return outcome;
}

const RESUME = ['train', 'digits-class', '--resume', '--data', 'data', '--steps', '60', '--no-figures'];

beforeAll(async () => {
  const whole = await run(...LONG, '--out', 'whole', '--json');
  expect(whole.stderr).toBe('');
  expect(JSON.parse(whole.stdout)).toMatchObject({ step: 60, sha256: await sha256('whole/weights.safetensors') });
});

test.each([
  { engine: 'onnx', flags: [] },
  ...(native ? [{ engine: 'tfjs', flags: ['--engine', 'tfjs', '--threads', '1'] }] : []),
])(
  'on $engine a run that was killed again and again, also while it wrote a checkpoint, ends with the same bytes',
  async ({ engine, flags }) => {
    const [whole, killed] = [engine === 'onnx' ? 'whole' : `whole-on-${engine}`, `killed-on-${engine}`];
    if (whole !== 'whole') expect((await run(...LONG, ...flags, '--out', whole)).status).toBe(0);
    const resume = [...RESUME, ...flags, '--out', killed];
    const often = ['--checkpoint-every', '1'];
    // Where nobody looks while a checkpoint is written, as on a busy machine, it is killed some steps later.
    const writesOrIsAt = async (step: number): Promise<boolean> =>
      (await checkpoints(killed)).some((name) => name.endsWith('.tmp') || Number(/\d+/.exec(name)![0]) >= step);
    await interrupt([...LONG, ...flags, '--out', killed, ...often], 'SIGKILL', () => writesOrIsAt(10));
    for (const [round, wait] of [0, 30, 200].map((most) => Math.random() * most).entries()) {
      const begun = (await checkpoints(killed)).join();
      await interrupt([...resume, ...often], 'SIGKILL', async () => {
        if ((await checkpoints(killed)).join() === begun) return false;
        await setTimeout(wait);
        return writesOrIsAt(20 + 10 * round);
      });
      expect(await filesIn(killed)).not.toContain('weights.safetensors');
    }
    expect(await run(...resume)).toMatchObject({ status: 0, stderr: '' });
    expect(await sha256(`${killed}/weights.safetensors`)).toBe(await sha256(`${whole}/weights.safetensors`));
    expect((await filesIn(killed)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  },
);

test('Ctrl-C saves, and says how to go on', async () => {
  const saved = async () => (await checkpoints('stopped')).some((name) => name.endsWith('.safetensors'));
  const stopped = await interrupt([...LONG, '--out', 'stopped'], 'SIGINT', saved);
  expect(stopped).toMatchObject({ status: 130, stdout: '' });
  const [, command] = /go on with `ungrain ([^`]+)`\.\n$/.exec(stopped.stderr)!;
  expect(command).toBe('train digits-class --resume --out stopped --data data --steps 60 --no-figures');
  expect(await run(...command!.split(' '))).toMatchObject({ status: 0, stderr: '' });
  expect(await sha256('stopped/weights.safetensors')).toBe(await sha256('whole/weights.safetensors'));
});

test('a disk that fills up leaves the checkpoint before, and the run can go on', async () => {
  const start = ['train', ...TINY.slice(1), '--epochs', '10', '--out', 'full'];
  expect((await ungrain([...start, '--steps', '5'], { cwd: home, largestFile: 0 })).stderr).toMatch(
    /cannot be written/,
  );
  expect(await filesIn('.')).not.toContain('full');

  expect((await run(...start, '--steps', '5')).status).toBe(0);
  const before = await sha256('full/checkpoint-0000005.safetensors');
  const full = await ungrain([...RESUME, '--out', 'full', '--checkpoint-every', '10'], { cwd: home, largestFile: 64 });
  expect(full).toMatchObject({ status: 1, stdout: '' });
  expect(full.stderr).toMatch(/^ungrain: full cannot be written: it would be larger [^\n]+\.\n$/);
  expect(await checkpoints('full')).toEqual(['checkpoint-0000005.safetensors']);
  expect(await sha256('full/checkpoint-0000005.safetensors')).toBe(before);

  expect((await run(...RESUME, '--out', 'full')).status).toBe(0);
  expect(await sha256('full/weights.safetensors')).toBe(await sha256('whole/weights.safetensors'));
});

test('a folder that became read-only is named, and its checkpoint stays', async () => {
  await cp(join(home, 'whole'), join(home, 'locked'), { recursive: true });
  await chmod(join(home, 'locked'), 0o555);
  const before = await filesIn('locked');
  const outcome = await ungrain([...RESUME, '--out', 'locked'], { cwd: home, ...(isRoot && { uid: NOBODY }) });
  expect(outcome).toMatchObject({ status: 1, stderr: 'ungrain: locked cannot be written: permission is denied.\n' });
  expect(await filesIn('locked')).toEqual(before);
});

test('a run is only resumed as what it was', async () => {
  expect((await run('train', 'denoiser', '--resume', '--out', 'whole', '--data', 'data')).stderr).toBe(
    "ungrain: whole holds a run of the recipe 'digits-class', not of 'denoiser'.\n",
  );
  expect((await run(...RESUME, '--out', 'whole', '--learning-rate', '0.02')).stderr).toBe(
    'ungrain: whole/recipe.json is of a run with learningRate 0.01, not 0.02; go on with that, or choose another folder.\n',
  );
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
    run('train', 'denoiser', '--data', 'data', '--steps', '1', '--no-figures', '--out', out, ...flags);
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
  [['train', 'judge', '--resume', '--out', 'nothing', '--data', 'data'], 2, 'nothing holds no training run'],
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
