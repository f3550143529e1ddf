import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeTinyWeights } from './testing/fixtures.js';
import { outcomeOf, startUngrain, ungrain, type Outcome } from './testing/ungrain.js';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-state-'));
  await writeTinyWeights(join(home, 'tiny.safetensors'));
  expect((await sample(...START, '--out', 'whole.png')).status).toBe(0);
});
afterAll(() => rm(home, { recursive: true }));

const TINY = ['--weights', 'tiny.safetensors'];
const START = ['--class', '3,7', '--steps', '5', '--sampler', 'ddpm'];
const run = (...args: string[]): Promise<Outcome> => ungrain(args, { cwd: home });
const sample = (...flags: string[]): Promise<Outcome> => run('sample', 'digits', ...TINY, ...flags);
const read = (name: string): Promise<Uint8Array> => readFile(join(home, name));

describe('a run that is stopped', () => {
  test('goes on to the same bytes, as often as one likes', async () => {
    const stopped = await sample(...START, '--stop-after', '2', '--save-state', 'two.safetensors');
    expect(stopped).toMatchObject({
      status: 0,
      stdout: 'Stopped after step 2 of 5; go on with `ungrain sample digits --from-state two.safetensors`.\n',
    });
    const onwards = ['--from-state', 'two.safetensors'];
    expect((await sample(...onwards, '--stop-after', '4', '--save-state', 'four.safetensors')).status).toBe(0);
    expect((await sample('--from-state', 'four.safetensors', '--out', 'again.png')).status).toBe(0);
    expect(await read('again.png')).toEqual(await read('whole.png'));
  });

  test('branches, and the branch can be replayed', async () => {
    const branch = ['--from-state', 'two.safetensors', '--guidance', 'cfg:scale=9', '--class', '4'];
    expect((await sample(...branch, '--out', 'branch.png')).status).toBe(0);
    expect(await read('branch.png')).not.toEqual(await read('whole.png'));
    expect(await run('replay', 'branch.png', '--check', ...TINY)).toMatchObject({ status: 0 });
    expect((await run('show', 'branch.png')).stdout).toMatch(/^ {2}after step 2 +guidance cfg:scale=9; conditions 4$/m);
  });

  test('by Ctrl-C is kept', async () => {
    const child = startUngrain(
      [
        'sample',
        'digits',
        ...TINY,
        '--class',
        '3',
        '--count',
        '200',
        '--steps',
        '3000',
        '--save-state',
        'kept.safetensors',
      ],
      { cwd: home },
    );
    const outcome = outcomeOf(child);
    await setTimeout(10_000); // by then it is at its steps, also on a busy machine
    child.kill('SIGINT');
    expect(await outcome).toMatchObject({ status: 130, stdout: '' });
    expect((await outcome).stderr).toMatch(/^ungrain: Stopped after step \d+ of 3000; go on with `ungrain [^`]+`\.\n$/);
    await access(join(home, 'kept.safetensors'));
  });
});

test('--dry-run says what a run costs, and draws nothing', async () => {
  const { stdout } = await sample(...START, '--sampler', 'heun', '--dry-run', '--out', 'none.png');
  expect(stdout).toMatch(/^sampler +heun$/m);
  expect(stdout).toMatch(/^9 calls of the network, 36 images in all \(counted with a stand-in for it\)\.$/m);
  expect(stdout).toMatch(/ [\d.]+ s on onnx: a call of 4 images took [\d.]+ s just now\.$/m);
  await expect(access(join(home, 'none.png'))).rejects.toThrow();
  const grid = await sample('--class', '3', '--grid', 'steps=2,3', '--dry-run', '--json');
  expect(JSON.parse(grid.stdout)).toMatchObject({ runs: 2, calls: 5, rows: 10 });
});

test.each([
  [['--stop-after', '2'], 2, /--stop-after needs --save-state/],
  [[...START, '--stop-after', '5', '--save-state', 's.safetensors'], 2, /the run has 5 steps/],
  [['--save-state', 's.png'], 2, /unknown extension 'png'/],
  [['--from-state', 'two.safetensors', '--steps', '9'], 2, /--steps is for runs from their start/],
  [['--from-state', 'two.safetensors', '--gif', 'a.gif'], 2, /--gif is for runs from their start/],
  [['--from-state', 'whole.png'], 2, /holds no run that was stopped/],
  [['--from-state', 'tiny.safetensors'], 2, /tiny\.safetensors holds no run/],
  [['--from-state', 'two.safetensors', '--guidance', 'cgf'], 2, /did you mean 'cfg'\?/],
])('refuses %j', async (flags, status, message) => {
  const outcome = await sample(...flags);
  expect(outcome.stderr).toMatch(message);
  expect(outcome.stderr).toMatch(/^ungrain: [^\n]+[.?]\n$/);
  expect(outcome).toMatchObject({ status, stdout: '' });
});
