import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COMMANDS } from './command-table.js';
import { startUngrain, ungrain } from './testing/ungrain.js';

let home = '';
beforeAll(async () => void (home = await mkdtemp(join(tmpdir(), 'ungrain-cli-'))));
afterAll(() => rm(home, { recursive: true }));
const run = (...args: string[]) => ungrain(args, { cwd: home });

describe('help', () => {
  test('the front page lists every command', async () => {
    const { status, stdout, stderr } = await run('--help');
    for (const { name, summary } of COMMANDS) expect(stdout.replace(/\s+/g, ' ')).toContain(`${name} ${summary}`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test.each(COMMANDS.map(({ name, example }) => [name, example]))('%s shows its example', async (name, example) => {
    const { status, stdout } = await run(name, '--help');
    expect(stdout).toContain(example);
    expect(status).toBe(0);
  });

  test('--version', async () => {
    const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await run('--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  test.each([
    [[], 'Usage: ungrain'],
    [['sampel'], "ungrain: Unknown command 'sampel', did you mean 'sample'?\n"],
    [['list', 'sampler', 'x'], 'ungrain: Too many arguments'],
    [['list', 'samplrs'], "ungrain: There is no list of 'samplrs', did you mean 'samplers'?\n"],
    [['describe', 'cfgg'], "ungrain: There is nothing named 'cfgg', did you mean 'cfg'?\n"],
    [['parity', 'nothing-here'], 'ungrain: There is no folder nothing-here'],
  ])('%j is a mistake', async (args, start) => {
    const { status, stdout, stderr } = await run(...args);
    expect(stderr.slice(0, start.length)).toBe(start);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});

describe('list and describe', () => {
  test('all kinds as JSON', async () => {
    const lists = JSON.parse((await run('list', '--json')).stdout) as Record<string, { name: string }[]>;
    expect(Object.keys(lists)).toEqual([
      'models',
      'samplers',
      'schedules',
      'spacings',
      'guidances',
      'views',
      'energies',
      'recipes',
    ]);
    expect(lists['models']!.map(({ name }) => name)).toContain('digits');
  });

  test('one kind', async () => {
    expect((await run('list', 'guidances')).stdout).toMatch(/^cfg +\S/m);
  });

  test('options come from the schema', async () => {
    expect((await run('describe', 'cfg')).stdout).toMatch(/scale +number .*\(0 to 1000; default 7\)/);
    const [recipe] = JSON.parse((await run('describe', 'digits-class', '--json')).stdout) as {
      options: { name: string }[];
    }[];
    expect(recipe!.options.map(({ name }) => name)).toContain('batchSize');
  });

  test('a model, with the weights that it comes with', async () => {
    const [model] = JSON.parse((await run('describe', 'digits', '--json')).stdout) as { facts: object }[];
    expect(model!.facts).toMatchObject({ shape: [1, 28, 28], classes: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] });
  });

  test('a reader that leaves early is no failure', async () => {
    const child = startUngrain(['list'], { cwd: home });
    child.stdout!.destroy();
    child.stderr!.setEncoding('utf8');
    let stderr = '';
    child.stderr!.on('data', (text: string) => void (stderr += text));
    await new Promise((resolve) => child.on('close', resolve));
    expect(stderr).toBe('');
  });
});

describe('parity', () => {
  const idx = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 3, 4);
  const entry = { file: 'idx/a.idx', format: 'idx', expect: 'accept', why: 'sound', bytes: 10 };

  async function writeVectors(folder: string, files: readonly object[], bytes = idx): Promise<void> {
    await mkdir(join(home, folder, 'files/idx'), { recursive: true });
    await writeFile(join(home, folder, 'files/idx/a.idx'), bytes);
    await writeFile(join(home, folder, 'files/index.json'), JSON.stringify({ files }));
  }

  test('passes, and names what it skips', async () => {
    await writeVectors('good', [entry, { file: 'gguf/a.gguf', format: 'gguf', expect: 'accept', why: 'later' }]);
    const { status, stdout } = await run('parity', 'good');
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^ok {3}files: \d+ passed, 0 failed/);
    expect(lines.slice(1, -1).join('\n')).toMatch(/^skip files: [^]*gguf/);
    expect(lines.at(-1)).toMatch(/^\d+ passed, 0 failed, 1 skipped$/);
    expect(status).toBe(0);
  });

  test('a check that fails has a line of its own', async () => {
    await writeVectors('bad', [entry], idx.subarray(0, 9));
    const { status, stdout } = await run('parity', 'bad');
    expect(stdout).toMatch(/^FAIL files: /);
    expect(stdout).toMatch(/^ {5}idx\/a\.idx: /m);
    expect(stdout).toMatch(/\n\d+ passed, \d+ failed, 0 skipped\n$/);
    expect(status).toBe(1);
  });

  test('damaged vectors are failures', async () => {
    await mkdir(join(home, 'cut/rng'), { recursive: true });
    await writeFile(join(home, 'cut/rng/rng.json'), '{"set"');
    const { status, stdout, stderr } = await run('parity', 'cut', '--json');
    expect(stderr).toBe('');
    const { failed, groups } = JSON.parse(stdout) as { failed: number; groups: { failures: { note: string }[] }[] };
    expect(failed).toBeGreaterThan(0);
    expect(groups[0]!.failures[0]!.note).toContain('rng/rng.json cannot be read as JSON');
    expect(status).toBe(1);
  });

  test('nothing to check is no success', async () => {
    await mkdir(join(home, 'empty'));
    const { status, stdout } = await run('parity', 'empty');
    expect(stdout).toMatch(/0 passed, 0 failed, 0 skipped\n$/);
    expect(status).toBe(1);
  });
});
