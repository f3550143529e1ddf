/** Installs the dependencies and builds the packages, each only if something changed. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm, tool } from './processes.mjs';
import { command, stage } from './stages.mjs';
import { packageFolders, readJson, root, staleOutput } from './workspace.mjs';

/** Says what was installed last, as `fingerprint` does. */
const STAMP = join(root, 'node_modules', '.ungrain-installed');

/** Installs and builds. @returns whether both succeeded */
export const prepare = async () => (await install()) && (await build());

/** Installs what the lockfile says, if it or a manifest changed since the last time. @returns whether all is there */
export async function install() {
  const wanted = fingerprint();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return true;
  rmSync(STAMP, { force: true });
  const line = [...pnpm(), 'install', '--frozen-lockfile', '--config.confirm-modules-purge=false'];
  const { failed } = await stage('install', command(line));
  if (!failed) writeFileSync(STAMP, wanted);
  return !failed;
}

/** Builds the packages; those that did not change come from turbo's cache. @returns whether all were built */
export async function build() {
  const line = [...tool('turbo'), 'run', 'build', '--output-logs=errors-only', '--concurrency=100%'];
  const { failed } = await stage('build', command([...line, '--continue=dependencies-successful']));
  for (const file of packageFolders().flatMap(staleOutput)) rmSync(file);
  return !failed;
}

/** A hash of everything that decides what is installed. */
function fingerprint() {
  const manifests = packageFolders().map((folder) => `${folder}/package.json`);
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', '.npmrc', ...manifests])
    hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** The pnpm that package.json asks for: the installed one, or else fetched by npm into its cache. */
function pnpm() {
  const { packageManager } = readJson(root, 'package.json'); // pnpm@1.2.3
  const installed = join(root, 'node_modules', 'pnpm', 'package.json');
  if (existsSync(installed) && packageManager === `pnpm@${readJson(installed).version}`) return tool('pnpm');
  return [...npm(), 'exec', '--yes', `--package=${packageManager}`, '--', 'pnpm'];
}
