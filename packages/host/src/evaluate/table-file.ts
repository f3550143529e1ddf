import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { UngrainError } from '@ungrain/core';
import { z } from 'zod';
import { nullIfAbsent, withFile } from '../file-errors.js';
import { checkOutputFile } from '../output-files.js';
import { writeWhole } from '../outputs.js';
import { tableMarkdown } from './table-text.js';

const interval = z.tuple([z.number(), z.number()]).readonly();
const score = z.object({ value: z.number(), interval });
const scores = z.object({
  frechet: score,
  kernel: score,
  precision: score,
  recall: score,
  density: score,
  coverage: score,
});
const accuracy = z.object({ correct: z.int(), total: z.int(), accuracy: z.number(), interval });
const cell = z.object({
  sampler: z.string(),
  steps: z.int(),
  scale: z.number().nullable(),
  callsPerSample: z.number(),
  seconds: z.number(),
  accuracy,
  scores,
});
const table = z.object({
  format: z.literal(1),
  table: z.enum(['guidance', 'steps']),
  /** Everything that decides the numbers but what the cells vary: a table of others is another table. */
  settings: z.record(z.string(), z.unknown()),
  /** The key of the cell that the others are measured against. */
  reference: z.string().nullable(),
  judge: accuracy,
  floor: scores,
  cells: z.array(cell),
});

/** A row of a table, scored. */
export type ScoredCell = z.output<typeof cell>;
/** A table as its file holds it. */
export type ScoreTable = z.output<typeof table>;

/** The two files of a table: the numbers as JSON, and beside it the same for people as Markdown. */
export interface TableFiles {
  readonly json: string;
  readonly markdown: string;
}

/** @param out either of the files @throws UngrainError `output-is-folder`, `unknown-extension`, `file-not-written` */
export async function planTableFiles(out: string): Promise<TableFiles> {
  await checkOutputFile(out, ['json', 'md']);
  const stem = out.replace(/\.[^.]+$/, '');
  return { json: `${stem}.json`, markdown: `${stem}.md` };
}

/**
 * The cells that a table's file holds already; none if there is no file.
 * @throws UngrainError `other-table` if it is of another table, `bad-table` if it is damaged, `file-not-read`
 */
export async function savedCells(
  { json }: TableFiles,
  expected: Pick<ScoreTable, 'table' | 'settings'>,
): Promise<readonly ScoredCell[]> {
  const text = await withFile(json, 'read', () => readFile(json, 'utf8').catch(nullIfAbsent));
  if (text === null) return [];
  const saved = table.safeParse(parseJson(text)).data;
  if (!saved) throw new UngrainError('bad-table', `${json} is no table of scores; name another file by --out.`);
  const differing = Object.keys(expected.settings).find(
    (name) => !isDeepStrictEqual(saved.settings[name], expected.settings[name]),
  );
  if (saved.table !== expected.table || differing !== undefined)
    throw new UngrainError(
      'other-table',
      `${json} holds another table (its ${differing ?? 'kind'} differs); name another file by --out, or delete it.`,
    );
  return saved.cells;
}

/** Writes both files, each whole or not at all. @throws UngrainError `file-not-written` */
export async function writeTable({ json, markdown }: TableFiles, content: ScoreTable): Promise<void> {
  const encoder = new TextEncoder();
  await writeWhole(json, encoder.encode(`${JSON.stringify(content, null, 2)}\n`));
  await writeWhole(markdown, encoder.encode(tableMarkdown(content)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
