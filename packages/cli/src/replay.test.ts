import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readRecord } from '@ungrain/host';
import { writeTinyWeights } from './testing/fixtures.js';
import { expectRefusal, ungrain, type Outcome } from './testing/ungrain.js';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-replay-'));
  await writeTinyWeights(join(home, 'tiny.safetensors'));
  const files = ['--out', 'a.png', '--gif', 'a.gif', '--gif-x0', 'a0.gif', '--each', 'each'];
  expect((await sample('--class', '3,7', '--sampler', 'ddim:eta=0.5', ...files)).status).toBe(0);
});
afterAll(() => rm(home, { recursive: true }));

const TINY = ['--weights', 'tiny.safetensors'];
const run = (...args: string[]): Promise<Outcome> => ungrain(args, { cwd: home });
const sample = (...flags: string[]): Promise<Outcome> => run('sample', 'digits', ...TINY, '--steps', '3', ...flags);
const read = (name: string): Promise<Uint8Array> => readFile(join(home, name));

/** One sentence on stderr, nothing on stdout. */
describe('ungrain replay', () => {
  test.each(['a.png', 'a.gif', 'a0.gif', 'each/7-0.png'])('makes %s again, byte for byte', async (name) => {
    const out = `again-${name.replace('/', '-')}`;
    const { status, stdout } = await run('replay', name, ...TINY, '--out', out);
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${out}: the same bytes as ${name}\n` });
    expect(await read(out)).toEqual(await read(name));
  });

  test('draws the way there of a file that shows the end', async () => {
    const { status, stdout } = await run('replay', 'a.png', ...TINY, '--frames', 'x0', '--out', 'way.gif');
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'way.gif: as a.png says\n' });
    expect(await read('way.gif')).toEqual(await read('a0.gif'));
  });

  test('makes a sheet of runs again, and numbers', async () => {
    const axes = ['--grid', 'sampler=ddim,heun', 'cfg.scale=1,4'];
    expect((await sample('--class', '3', ...axes, '--out', 'sheet.png')).status).toBe(0);
    expect(await run('replay', 'sheet.png', '--check', ...TINY)).toMatchObject({ status: 0 });
    expect((await readRecord(join(home, 'sheet.png'))).record.shown).toEqual({
      grid: [
        { name: 'sampler', values: ['ddim', 'heun'].map((name) => ({ name, options: {} })) },
        { name: 'cfg.scale', values: [1, 4] },
      ],
    });
  });

  test('says what is not the same: the picture, or the programs', async () => {
    const text = (await run('show', 'a.png', '--json')).stdout;
    const record = JSON.parse(text) as { spec: { steps: number; versions: Record<string, string> } };
    record.spec.versions['onnxruntime'] = '1.0.0';
    await writeFile(join(home, 'old.json'), JSON.stringify(record));
    const { stdout } = await run('replay', 'old.json', ...TINY, '--out', 'old.png', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      file: 'old.png',
      identical: null,
      otherVersions: [{ name: 'onnxruntime', then: '1.0.0' }],
    });
    expect(await read('old.png')).toEqual(await read('a.png'));

    const png = Buffer.from(await read('a.gif'));
    const changed = Buffer.from(png.toString('latin1').replace('\\"steps\\":3', '\\"steps\\":2'), 'latin1');
    await writeFile(join(home, 'changed.gif'), changed);
    const outcome = await run('replay', 'changed.gif', '--check', ...TINY);
    expect(outcome).toMatchObject({ status: 1, stdout: 'not the same bytes as changed.gif\n' });
  });

  test('refuses other weights, and files without a run', async () => {
    await writeFile(join(home, 'text.png'), 'text');
    expectRefusal(await run('replay', 'a.png'), 1, /made with weights of 'digits' with the SHA-256 .* --weights/);
    expectRefusal(await run('replay', 'text.png'), 1, /text\.png cannot be used/);
    expectRefusal(await run('replay', 'tiny.safetensors'), 2, /tiny\.safetensors holds no run/);
    expectRefusal(await run('replay', 'none.png'), 1, /none\.png cannot be read: there is no such file/);
    expectRefusal(await run('replay', 'a.png', '--out', 'a.gif'), 2, /unknown extension 'gif'/);
  });
});

test('ungrain show prints the run', async () => {
  const { stdout } = await run('show', 'each/7-0.png');
  expect(stdout).toMatch(/^each\/7-0\.png: sample 2 of 2 of digits$/m);
  expect(stdout).toMatch(/^ {2}sampler +ddim:eta=0\.5$/m);
  expect(stdout).toMatch(/^ {2}conditions +3,7$/m);
});

test('ungrain diff tells runs and pictures apart', async () => {
  expect((await sample('--class', '3,7', '--sampler', 'ddim:eta=1', '--out', 'b.png')).status).toBe(0);
  const { stdout } = await run('diff', 'a.png', 'b.png');
  expect(stdout).toMatch(/^sampler\.options\.eta +0\.5 +1$/m);
  expect(stdout).toMatch(/^The pictures differ in \d+ of \d+ values/m);
  expect(JSON.parse((await run('diff', 'a.png', 'a.png', '--json')).stdout)).toEqual({
    differences: [],
    pictures: expect.objectContaining({ different: 0, largest: 0 }),
  });
});

test.each([
  [['--grid', 'stps=1'], 2, /did you mean 'steps'\?/],
  [['--grid', 'steps'], 2, /is no axis/],
  [['--grid', 'cfg.scal=1,2'], 2, /did you mean 'scale'\?/],
  [['--grid', 'steps=0,1'], 2, /must be at least 1, not 0/],
  [['--grid', 'sampler=ddim,eulr'], 2, /did you mean 'euler'\?/],
  [['--grid', 'seed=1', 'steps=2', 'class=3'], 2, /one axis or two/],
  [['--grid', 'seed=1', '--gif', 'a.gif'], 2, /does not go with --each, --gif/],
  [['--gif', 'a.png'], 2, /unknown extension 'png'/],
])('sample refuses %j', async (flags, status, message) => {
  expectRefusal(await sample('--class', '3', ...flags), status, message);
});
