import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodePng } from '@ungrain/media';
import { pluginHome, TSC } from './testing/plugin-home.js';
import { ungrain, type Outcome } from './testing/ungrain.js';

let home = '';
beforeAll(async () => {
  home = await pluginHome();
});
afterAll(() => rm(home, { recursive: true }));

const run = (...args: string[]): Promise<Outcome> => ungrain(args, { cwd: home });

const NAMES = { guidance: 'soft-fade', sampler: 'hold', schedule: 'circle', model: 'discs', view: 'upside' } as const;

describe('create-plugin', () => {
  let built: SpawnSyncReturns<string>;
  beforeAll(async () => {
    for (const [kind, name] of Object.entries(NAMES))
      expect(await run('create-plugin', name, '--kind', kind)).toMatchObject({ status: 0, stderr: '' });
    // `npm run build` in each, in one process.
    built = spawnSync(process.execPath, [TSC, '-b', ...Object.values(NAMES)], { cwd: home, encoding: 'utf8' });
  });

  test('writes packages that build', () => expect(built).toMatchObject({ status: 0, stdout: '' }));

  test.each(Object.entries(NAMES))('--kind %s writes one that passes its tests and is listed', async (kind, name) => {
    const tested = spawnSync(process.execPath, ['--test', `dist/${name}.test.js`], {
      cwd: join(home, name),
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined },
    });
    expect(tested.stdout).toMatch(/^# fail 0$/m);
    expect(tested.stdout).toMatch(/^# pass ([5-9]|1\d)$/m);
    const { stdout } = await run('list', kind, '--plugin', `./${name}`);
    expect(stdout).toMatch(new RegExp(`^${name} `, 'm'));
  });
});

test('the plugins work: a model of one, the sampler of another, from a config file', async () => {
  await writeFile(
    join(home, 'ungrain.config.ts'),
    `export const plugins: string[] = ['./discs', './hold', './soft-fade'];\n`,
  );
  const parts = ['--class', '3,9', '--sampler', 'hold', '--guidance', 'soft-fade:amount=0'];
  expect(await run('sample', 'discs', ...parts, '--each', 'each')).toMatchObject({ status: 0, stderr: '' });
  const { pixels } = await decodePng(await readFile(join(home, 'each/9-0.png')));
  expect(pixels.data[14 * 28 + 14 + 8]).toBe(255);
  expect(await run('replay', 'each/9-0.png', '--check')).toMatchObject({ status: 0 });
  const anagram = ['anagram', '--model', 'discs', '--view', 'flip', '--class', '3', '--class', '9', '--steps', '3'];
  expect(await run(...anagram, '--out', 'flip.png')).toMatchObject({ status: 0, stderr: '' });
  await writeFile(join(home, 'ungrain.config.json'), '{"plugins": ["./hold"]}');
  await rm(join(home, 'ungrain.config.ts'));
  expect((await run('list', 'samplers')).stdout).toMatch(/^hold /m);
  await rm(join(home, 'ungrain.config.json'));
});

const GUIDANCE = (denoise: string): string =>
  `const options = { safeParse: (data) => ({ success: true, data }), _zod: { def: { type: 'unknown' } } };
   export const plugin = { name: 'bad', apiVersion: 1, guidances: [{ name: 'g', summary: '', options,
     create: async () => ({ denoise: (inner) => async (queries, at) => { ${denoise} } }) }] };`;

const BROKEN: Readonly<Record<string, string>> = {
  'throws.mjs': GUIDANCE(`throw new TypeError('x is not a function')`),
  'shape.mjs': GUIDANCE(
    `return (await inner(queries, at)).map((a) => ({ ...a, data: { data: new Float32Array(1), shape: [1] } }))`,
  ),
  'nan.mjs': GUIDANCE(
    `return (await inner(queries, at)).map((a) => ({ ...a, data: { ...a.data, data: a.data.data.map(() => NaN) } }))`,
  ),
  'version.mjs': `export const p = { name: 'old', apiVersion: 7 };`,
  'twice.mjs': `export const p = { name: 'mine', apiVersion: 1, samplers: [{ name: 'ddim', step() {}, options: { safeParse() {} } }] };`,
  'none.mjs': `export const x = 3;`,
  'list.mjs': `export const p = { name: 'odd', apiVersion: 1, samplers: [{ name: 's' }] };`,
  'syntax.mjs': `export const = 3;`,
  'load.mjs': `throw new Error('no luck');`,
};

test.each<[string, string[], number, RegExp]>([
  ['throws.mjs', ['--guidance', 'g'], 1, /Plugin 'bad': guidance 'g' failed: x is not a function\./],
  [
    'shape.mjs',
    ['--guidance', 'g'],
    1,
    /Plugin 'bad': guidance 'g' gave an estimate of the data that has the shape \[1\], not/,
  ],
  ['nan.mjs', ['--guidance', 'g'], 1, /Plugin 'bad': guidance 'g' gave an estimate of the data that holds NaN/],
  ['version.mjs', [], 2, /Plugin 'old' was written for version 7/],
  ['twice.mjs', [], 2, /sampler 'ddim' is brought by plugin '@ungrain\/samplers' and by plugin 'mine'/],
  ['none.mjs', [], 2, /none\.mjs is no plugin: it exports no object with a name and an apiVersion/],
  ['list.mjs', [], 2, /Plugin 'odd' cannot be used: its sampler 's' has no function 'step'/],
  ['syntax.mjs', [], 1, /syntax\.mjs cannot be loaded: /],
  ['load.mjs', [], 1, /load\.mjs cannot be loaded: no luck\./],
  ['missing.mjs', [], 1, /missing\.mjs cannot be read: there is no such file/],
])('a broken plugin is one sentence: %s', async (file, flags, status, message) => {
  if (BROKEN[file]) await writeFile(join(home, file), BROKEN[file]);
  const outcome = await run(
    'sample',
    'digits',
    '--steps',
    '1',
    '--class',
    '3',
    ...flags,
    '--plugin',
    `./${file}`,
    '--out',
    'a.png',
  );
  expect(outcome.stderr).toMatch(message);
  expect(outcome.stderr).toMatch(/^ungrain: [^\n]+[.?]\n$/);
  expect(outcome).toMatchObject({ status, stdout: '' });
});

test('create-plugin refuses what it cannot write', async () => {
  const before = await readdir(home);
  for (const [args, message] of [
    [['../x', '--kind', 'view'], /'\.\.\/x' is no name for a plugin/],
    [['a', '--kind', 'views'], /Allowed choices are guidance, sampler/],
    [['hold', '--kind', 'view'], /hold is there already/],
    [['a'], /--kind/],
  ] as const) {
    const outcome = await run('create-plugin', ...args);
    expect(outcome.stderr).toMatch(message);
    expect(outcome).toMatchObject({ status: 2, stdout: '' });
  }
  expect(await readdir(home)).toEqual(before);
});
