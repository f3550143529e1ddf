import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decodePng } from '@ungrain/media';
import { pluginHome } from './testing/plugin-home.js';

let home = '';
beforeAll(async () => {
  home = await pluginHome();
});
afterAll(() => rm(home, { recursive: true }));

const GUIDE = readFileSync(new URL('../../core/README.md', import.meta.url), 'utf8').split('## Writing a plugin')[1]!;
const BLOCKS = [...GUIDE.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({ language, text: text! }));

/** Does what a reader of the guide does, from top to bottom. What npm install would bring is there. */
test('the guide for plugins works as it is written', async () => {
  let cwd = home;
  const PATH = [join(home, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
  for (const { language, text } of BLOCKS) {
    if (language === 'ts') {
      const path = join(cwd, /^\/\/ (\S+)\n/.exec(text)![1]!);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
      continue;
    }
    expect(language).toBe('sh');
    const commands = text.replace(/^npm install\n/gm, '').replaceAll('npx ungrain', 'ungrain');
    const env = { ...process.env, PATH, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined };
    const ran = spawnSync('sh', ['-ec', `${commands}\npwd`], { cwd, env, encoding: 'utf8' });
    expect(`${ran.status === 0 ? '' : ran.stdout}${ran.stderr}`).toBe('');
    cwd = ran.stdout.trim().split('\n').at(-1)!;
    if (commands.includes('list samplers')) expect(ran.stdout).toMatch(/^ab2 /m);
  }
  const { pixels } = await decodePng(await readFile(join(home, 'seven.png')));
  expect(Math.max(...pixels.data)).toBe(255);
  expect((await readFile(join(home, 'ab2/digits.png'))).length).toBeGreaterThan(1000);
});
