import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UngrainError } from '@ungrain/core';
import { checkOutputFolder, withFile } from '@ungrain/host';
import { Option, type Command } from 'commander';
import { jsonFlag } from '../common-flags.js';
import { printJson, printLine } from '../output.js';
import { pluginFiles, type PartKind } from '../plugin-template/files.js';
import { PART_TEMPLATES } from '../plugin-template/kinds.js';
import { quote } from '../shell-words.js';

interface CreateFlags {
  readonly kind: PartKind;
  readonly out?: string;
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<name>', 'of the part and of its package, such as soft-fade')
    .addOption(new Option('--kind <kind>', 'what it brings').choices(Object.keys(PART_TEMPLATES)).makeOptionMandatory())
    .option('--out <folder>', 'where it is written; a new folder of its name by default')
    .addOption(jsonFlag())
    .action(create);
}

async function create(name: string, { kind, out = name, json }: CreateFlags): Promise<void> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 64)
    throw new UngrainError(
      'bad-name',
      `'${name}' is no name for a plugin: write small letters, digits and single hyphens, such as soft-fade.`,
    );
  const files = pluginFiles(name, kind);
  await writeFolder(out, files);
  if (json) return printJson({ folder: out, files: [...files.keys()] });
  printLine(`${out} is a plugin with a ${kind} '${name}', and a test of it. Go on with`);
  printLine(`  cd ${quote(out)} && npm install && npm test && npx ungrain list --plugin .`);
}

/** Writes a folder that was not there, whole or not at all. @throws UngrainError `already-there`, `file-not-written` */
async function writeFolder(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const there = await stat(folder).catch(() => null);
  if (there) throw new UngrainError('already-there', `${folder} is there already; choose another name or --out.`);
  const parent = dirname(resolve(folder));
  await checkOutputFolder(parent);
  await withFile(folder, 'written', async () => {
    await mkdir(parent, { recursive: true });
    const staging = await mkdtemp(join(parent, '.ungrain-'));
    try {
      for (const [path, content] of files) {
        await mkdir(dirname(join(staging, path)), { recursive: true });
        await writeFile(join(staging, path), content);
      }
      await rename(staging, folder);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  });
}
