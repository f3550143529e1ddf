/**
 * Checks the packages as they would be published: what is in their tarballs, whether exports and types hold for those
 * who install them, and that two of them work in an empty folder. Prints what is wrong; exit status 1 if anything is.
 */
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inParallel, npm, run, temporaryFolder, tool } from './processes.mjs';
import { packageFolders, readJson, root, staleOutput } from './workspace.mjs';

/** What stands beside the folders that a manifest's `files` lists. */
const ALWAYS_PACKED = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'];
const NEVER_PACKED = /\.(?:test|spec|bench)\.|(?:^|\/)(?:src|node_modules|__tests__|__snapshots__)\/|\.tsbuildinfo$/;

const temporary = temporaryFolder();
const folders = packageFolders().filter((folder) => !readJson(root, folder, 'package.json').private);
const packages = await inParallel(2, folders, checkPackage);
const problems = [...packages.flatMap(({ problems }) => problems), ...(await checkInstalled())];
for (const problem of problems) console.log(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

async function checkPackage(folder) {
  const manifest = readJson(root, folder, 'package.json');
  const packed = await run([...tool('pnpm'), 'pack', '--json', '--pack-destination', temporary], {
    cwd: join(root, folder),
  });
  if (packed.code !== 0) return { problems: [`${manifest.name}: pnpm pack failed\n${packed.output}`] };
  const json = packed.output.slice(packed.output.indexOf('{\n'), packed.output.lastIndexOf('}') + 1); // between warnings
  const { filename: tarball, files } = JSON.parse(json);
  const problems = [
    ...manifestProblems(manifest),
    ...fileProblems(
      manifest,
      files.map(({ path }) => path),
    ),
    ...staleOutput(folder).map((file) => `${file} has no source any more; delete it`),
    ...(await commandProblems([...tool('publint'), 'run', tarball, '--strict'])),
    ...(await commandProblems([
      ...tool('attw', '@arethetypeswrong/cli'),
      ...[tarball, '--profile', 'esm-only', '--no-definitely-typed', '--format', 'ascii'],
    ])),
  ];
  return { name: manifest.name, tarball, problems: problems.map((problem) => `${manifest.name}: ${problem}`) };
}

function manifestProblems(manifest) {
  const missing = ['description', 'license', 'exports', 'files', 'engines'].filter((field) => !manifest[field]);
  const untyped = Object.entries(manifest.exports ?? {})
    .filter(([path, target]) => path !== './package.json' && !target.types)
    .map(([path]) => `exports["${path}"].types`);
  return [...missing, ...untyped].map((field) => `package.json has no ${field}`);
}

function fileProblems({ files = [] }, packed) {
  const meant = (path) =>
    (ALWAYS_PACKED.includes(path) || files.some((folder) => path.startsWith(`${folder}/`))) && !NEVER_PACKED.test(path);
  return [
    ...packed.filter((path) => !meant(path)).map((path) => `${path} does not belong into the package`),
    ...['README.md', 'package.json'].filter((path) => !packed.includes(path)).map((path) => `${path} is missing`),
  ];
}

async function commandProblems(command) {
  const { code, output } = await run(command);
  return code === 0 ? [] : [output];
}

/** Installs core and samplers from their tarballs into an empty folder, and samples there as a user would. */
async function checkInstalled() {
  const tarballs = ['@ungrain/core', '@ungrain/samplers'].map(
    (name) => packages.find((found) => found.name === name)?.tarball,
  );
  if (!tarballs.every((tarball) => tarball && existsSync(tarball))) return ['core and samplers could not be packed'];
  const cwd = join(temporary, 'consumer');
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  copyFileSync(join(root, 'scripts', 'consumer.mjs'), join(cwd, 'consumer.mjs'));
  for (const command of [
    [...npm(), 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs],
    [process.execPath, 'consumer.mjs'],
  ]) {
    const { code, output } = await run(command, { cwd });
    if (code !== 0) return [`core and samplers, installed from their tarballs: ${output}`];
  }
  return [];
}
