import { suggestion, UngrainError } from '@ungrain/core';
import { byteText, pulledModels } from '@ungrain/host';
import type { Command } from 'commander';
import { catalogs, KINDS, singular, type Kind, type Listed } from '../catalogs.js';
import { jsonFlag } from '../common-flags.js';
import { pluginsOf } from '../plugin-flag.js';
import { printColumns, printJson, printLine } from '../output.js';

/** The list that is of this machine, and not of what is installed. */
const PULLED = 'pulled';

export function define(command: Command): void {
  command
    .argument('[kind]', `${KINDS.join(', ')}; all of them if left out; or ${PULLED}: models that were pulled`)
    .addOption(jsonFlag())
    .action(list);
}

async function list(text: string | undefined, { json }: { readonly json?: boolean }, command: Command): Promise<void> {
  if (text === PULLED) return listPulled(json);
  const kind = text === undefined ? undefined : kindNamed(text);
  const { entries } = catalogs(await pluginsOf(command));
  const listed = (of: Kind) => entries[of].map(({ name, summary }): Listed => ({ name, summary }));
  if (json) return printJson(kind ? listed(kind) : Object.fromEntries(KINDS.map((of) => [of, listed(of)])));
  const rows = (of: Kind) => listed(of).map(({ name, summary }) => [name, summary]);
  if (kind) return printColumns(rows(kind));
  for (const [i, of] of KINDS.entries()) {
    printLine(`${i > 0 ? '\n' : ''}${of}`);
    printColumns(rows(of), '  ');
  }
}

async function listPulled(json = false): Promise<void> {
  const models = await pulledModels();
  if (json) return printJson(models.map(({ name, complete, commit, folder }) => ({ name, complete, commit, folder })));
  if (models.length === 0) return printLine('No model was pulled to the folder for models; see `ungrain pull --help`.');
  const rows = models.map(({ name, complete, folder, files }) => {
    const bytes = Object.values(files).reduce((sum, { size }) => sum + size, 0);
    return [name, complete ? byteText(bytes) : 'unfinished', folder];
  });
  printColumns(rows);
}

function kindNamed(text: string): Kind {
  const kind = KINDS.find((known) => known === text || singular(known) === text);
  if (kind) return kind;
  throw new UngrainError('unknown-kind', `There is no list of '${text}'${suggestion(text, [...KINDS, PULLED])}`);
}
