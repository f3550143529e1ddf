import { mkdir, mkdtemp, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UNGRAIN } from './ungrain.js';

const require = createRequire(import.meta.url);
const modules = fileURLToPath(new URL('../../../../node_modules', import.meta.url));
const core = fileURLToPath(new URL('../../../core', import.meta.url));

export const TSC = require.resolve('typescript/bin/tsc', { paths: [modules] });

/** An empty folder in which what a plugin depends on is found, as if `npm install` had brought it. The caller deletes it. */
export async function pluginHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'ungrain-plugins-'));
  const links = {
    '@ungrain/core': core,
    zod: dirname(createRequire(join(core, 'package.json')).resolve('zod/package.json')),
    '@types/node': join(modules, '@types/node'),
    '.bin/tsc': TSC,
    '.bin/ungrain': UNGRAIN,
  };
  for (const [name, target] of Object.entries(links)) {
    const link = join(home, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(target, link);
  }
  return home;
}
