/**
 * Compiles the code of the READMEs against the sources, as if each block were a file of its package. Prints what does not fit.
 * The guide in that of core is left out: a test follows it as a reader would.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { packageFolders, root } from './workspace.mjs';

const BLOCK = /```(?:ts|js)\n(.*?)```/gs;

const blocks = new Map();
for (const folder of packageFolders()) addBlocks(folder, `${folder}/README.md`);
addBlocks('packages/samplers', 'README.md', 'root-'); // whose dependencies a plugin would have, too

const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [...blocks.keys()] }, ts.sys, root);
// Of a reader's code only what it asks of the packages is looked at.
const loose = {
  ...options,
  strictNullChecks: false,
  noUncheckedIndexedAccess: false,
  noUnusedLocals: false,
  noUnusedParameters: false,
};
const host = ts.createCompilerHost(loose);
const { readFile, fileExists, getSourceFile } = host;
host.fileExists = (path) => blocks.has(path) || fileExists(path);
host.readFile = (path) => blocks.get(path) ?? readFile(path);
host.getSourceFile = (path, ...others) =>
  blocks.has(path) ? ts.createSourceFile(path, blocks.get(path), ...others) : getSourceFile(path, ...others);

const program = ts.createProgram([...blocks.keys()], loose, host);
const faults = [...blocks.keys()].flatMap((path) => {
  const file = program.getSourceFile(path);
  return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
});
if (faults.length > 0) {
  console.error(ts.formatDiagnostics(faults, { ...host, getCurrentDirectory: () => root }));
  process.exitCode = 1;
}

function addBlocks(folder, readme, prefix = '') {
  if (!existsSync(join(root, readme))) return;
  const text = readFileSync(join(root, readme), 'utf8');
  const [own] = folder === 'packages/core' ? text.split('## Writing a plugin') : [text];
  for (const [i, [, code]] of [...own.matchAll(BLOCK)].entries())
    blocks.set(join(root, folder, `${prefix}README-${i + 1}.ts`), `${code}\nexport {};\n`);
}
