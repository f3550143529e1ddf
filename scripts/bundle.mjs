/**
 * Bundles the package in the working folder: a file in `dist` for each entry that its `exports` name, and for each source
 * given, as `node ../../scripts/bundle.mjs src/main.ts`; what several of them need goes into files that they share. Imports of
 * other packages stay imports. The types are tsc's, file by file.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { readJson } from './workspace.mjs';

const folder = process.cwd();
const { exports, engines } = readJson(folder, 'package.json');
const entries = Object.values(exports).flatMap(({ default: file }) =>
  file ? [file.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts')] : [],
);

const dist = join(folder, 'dist');
if (existsSync(dist))
  for (const file of readdirSync(dist, { recursive: true })) if (file.endsWith('.js')) rmSync(join(dist, file));
await build({
  absWorkingDir: folder,
  entryPoints: [...entries, ...process.argv.slice(2)],
  outbase: 'src',
  outdir: 'dist',
  bundle: true,
  splitting: true,
  packages: 'external',
  format: 'esm',
  platform: 'neutral',
  target: `node${engines.node.replace('>=', '')}`,
  logLevel: 'warning',
});
