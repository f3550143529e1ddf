import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readSafetensors } from '@ungrain/formats';
import { decodePng } from '@ungrain/media';
import { writeTinyMnist, writeTinyWeights } from './testing/fixtures.js';
import { outcomeOf, startUngrain, ungrain } from './testing/ungrain.js';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-evaluate-'));
  await writeTinyWeights(join(home, 'tiny.safetensors'));
  await writeTinyMnist(join(home, 'data'), 60);
});
afterAll(() => rm(home, { recursive: true }));

const TINY = ['evaluate', 'digits', '--weights', 'tiny.safetensors', '--data', 'data'];
const run = (...flags: string[]) => ungrain([...TINY, ...flags], { cwd: home });
const readTable = async (name: string) =>
  JSON.parse(await readFile(join(home, name), 'utf8')) as { cells: { scale: number; seconds: number }[] };

test('scores, with the floor and the nearest training images', async () => {
  const { status, stdout, stderr } = await run('--count', '20', '--steps', '2', '--neighbours', 'near.png');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^all +\d/m);
  expect(stdout).toMatch(/^Fréchet distance +\d\S* \(.* to .*\) +\d\S* \(/m);
  expect(stdout).toMatch(/^Recall is [\d.]+ % of the real images'\.$/m);
  expect(stdout).toMatch(/^copies: .* 0\.0 %/m);
  expect(stdout).toContain('The network was evaluated 4 times for an image.');
  expect((await decodePng(await readFile(join(home, 'near.png')))).pixels.width).toBeGreaterThan(12 * 28);
});

test('the same as JSON, the same twice', async () => {
  const flags = ['--count', '20', '--steps', '1', '--guidance', 'none', '--json'];
  const [first, second] = [await run(...flags), await run(...flags)];
  expect(first).toEqual(second);
  expect(JSON.parse(first.stdout)).toMatchObject({
    total: 20,
    callsPerSample: 1,
    unscored: null,
    compared: { samples: { recall: {} }, floor: { recall: {} }, memorization: { samples: {}, real: {} } },
    spec: { steps: 1, count: 20 },
  });
});

test('a few samples are read, but not compared', async () => {
  const { status, stdout } = await run('--count', '3', '--steps', '1');
  expect(stdout).toContain('Fewer than 8 samples cannot be compared with real images.');
  expect(status).toBe(0);
});

test('samples that Ctrl-C stopped go on, to what an uninterrupted run prints', async () => {
  const flags = ['--count', '250', '--steps', '20', '--data', 'many', '--samples'];
  await writeTinyMnist(join(home, 'many'), 600);
  const child = startUngrain([...TINY, ...flags, 's.safetensors'], { cwd: home });
  const outcome = outcomeOf(child);
  while (child.exitCode === null && !(await exists('s.safetensors'))) await setTimeout(5);
  child.kill('SIGINT');
  const { status, stderr } = await outcome;
  expect(stderr).toBe(
    'ungrain: Stopped before the end; finished batches are kept in s.safetensors, and the same command goes on.\n',
  );
  expect(status).toBe(130);
  const kept = readSafetensors(await readFile(join(home, 's.safetensors'))).tensors.get('samples')!;
  expect([100, 200]).toContain(kept.shape[0]);

  const resumed = await run(...flags, 's.safetensors');
  const whole = await run(...flags, 'whole.safetensors');
  expect(resumed.status).toBe(0);
  expect(resumed.stdout).toBe(whole.stdout.replace('whole.safetensors', 's.safetensors'));
  expect(await readFile(join(home, 's.safetensors'))).toEqual(await readFile(join(home, 'whole.safetensors')));

  const other = await run(...flags, 's.safetensors', '--steps', '19');
  expect(other.stderr).toMatch(/^ungrain: s\.safetensors holds other samples \(their steps differs\); name another/);
});

test('a table that Ctrl-C stopped goes on with the same command', async () => {
  const flags = [
    '--table',
    'guidance',
    '--guidance-scales',
    '1,2,3,4',
    '--count',
    '30',
    '--steps',
    '20',
    '--out',
    't.md',
  ];
  const child = startUngrain([...TINY, ...flags], { cwd: home });
  const outcome = outcomeOf(child);
  while (child.exitCode === null && !(await exists('t.md'))) await setTimeout(20);
  child.kill('SIGINT');
  const { status, stderr } = await outcome;
  expect(stderr).toMatch(
    /^ungrain: Stopped in row \d of 4; those before it are kept in t\.json, and the same command goes on\.\n$/,
  );
  expect(status).toBe(130);
  const { cells: kept } = await readTable('t.json');
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.length).toBeLessThan(4);

  const { status: after, stdout } = await run(...flags);
  expect(after).toBe(0);
  expect(stdout).toMatch(/^γ +calls +accuracy/);
  const { cells } = await readTable('t.json');
  expect(cells.map(({ scale }) => scale)).toEqual([1, 2, 3, 4]);
  expect(cells.slice(0, kept.length)).toEqual(kept);
});

test('the steps table takes every sampler that fits, and names those that do not', async () => {
  const { status, stdout, stderr } = await run(
    ...['--table', 'steps', '--steps', '1,2', '--reference-steps', '3', '--count', '10', '--out', 'steps.json'],
  );
  expect(status).toBe(0);
  expect(stderr).toContain('Left out is ddim: it does here what euler does.');
  expect(stdout).toMatch(/^euler \(reference\) +3 +6 /m);
  expect(stdout).toMatch(/^heun +2 +6 /m);
  expect(await readFile(join(home, 'steps.md'), 'utf8')).toContain('| real images | – | – |');
});

test.each([
  [['--steps', '1,2'], '--steps takes one number here; for several use --table steps.'],
  [['--steps', '0'], 'must be at least 1, not 0'],
  [['--guidance-scales', '1'], '--guidance-scales goes with --table guidance, not with no table.'],
  [['--table', 'guidance', '--samplers', 'euler'], '--samplers goes with --table steps'],
  [['--table', 'steps', '--samplers', 'eulr'], "did you mean 'euler'?"],
  [['--table', 'steps', '--neighbours', 'a.png'], '--neighbours goes with no table'],
  [['--table', 'steps', '--samples', 'a.safetensors'], '--samples goes with no table'],
  [['--samples', 'data/t10k-labels-idx1-ubyte'], 'has no extension'],
  [['--table', 'guidance', '--guidance-scales', '1,x'], 'must be a number'],
  [['--table', 'guidance', '--out', 'a.csv'], "unknown extension 'csv'"],
  [['--count', '1000'], 'need 200 real test images of class 0, and there are 6; draw fewer.'],
  [['--count', '3', '--neighbours', 'a.png'], 'Fewer than 8 samples'],
])('refuses %j', async (flags, message) => {
  const { status, stdout, stderr } = await run(...flags);
  expect(stderr).toContain(message);
  expect(stderr).toMatch(/^ungrain: [^\n]+[.?]\n$/);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
});

const exists = (name: string): Promise<boolean> =>
  access(join(home, name)).then(
    () => true,
    () => false,
  );
