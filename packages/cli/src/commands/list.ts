import { suggestion, UngrainError } from '@ungrain/core';
import type { Command } from 'commander';
import { catalogs, KINDS, singular, type Kind, type Listed } from '../catalogs.js';
import { jsonFlag } from '../common-flags.js';
import { pluginsOf } from '../plugin-flag.js';
import { printColumns, printJson, printLine } from '../output.js';

export function define(command: Command): void {
  command
    .argument('[kind]', `${KINDS.join(', ')}; all of them if left out`)
    .addOption(jsonFlag())
    .action(list);
}

async function list(text: string | undefined, { json }: { readonly json?: boolean }, command: Command): Promise<void> {
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

function kindNamed(text: string): Kind {
  const kind = KINDS.find((known) => known === text || singular(known) === text);
  if (kind) return kind;
  throw new UngrainError('unknown-kind', `There is no list of '${text}'${suggestion(text, KINDS)}`);
}
