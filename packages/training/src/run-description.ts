import { UngrainError } from '@ungrain/core';
import { z } from 'zod';
import { parseJson } from './parse-json.js';

/** The version of a run's folder and of its checkpoints. A run goes on only under a version of Ungrain that knows it. */
export const RUN_FORMAT = 1;

const descriptionSchema = z.object({
  recipe: z.string(),
  settings: z.record(z.string(), z.unknown()),
  data: z.string(),
});

const recordSchema = descriptionSchema.extend({
  drawing: z.record(z.string(), z.unknown()).default({}),
  sessions: z.array(z.object({ step: z.int().min(0), versions: z.record(z.string(), z.string()) })).default([]),
});

/** What decides a run's result. */
export interface RunDescription {
  /** The name of what is trained. */
  readonly recipe: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** What tells the training data from other data: a hash. */
  readonly data: string;
}

/** What a run's folder says of it. */
export interface RunRecord extends RunDescription {
  /** How its figures are drawn; this may change while it goes on. */
  readonly drawing: Readonly<Record<string, unknown>>;
  /** Each time that it was started or resumed: after which step, and with what programs. */
  readonly sessions: readonly RunSession[];
}

export interface RunSession {
  readonly step: number;
  readonly versions: Readonly<Record<string, string>>;
}

/** A run as its files name it. */
export const formatDescription = ({ recipe, settings, data, ...record }: RunDescription | RunRecord): string =>
  `${JSON.stringify({ format: RUN_FORMAT, recipe, settings, data, ...record }, null, 2)}\n`;

/**
 * Reads what `formatDescription` wrote.
 * @param where the file that it stood in
 * @throws UngrainError `bad-run` if it is damaged, `other-format` if it is of another version
 */
export function parseDescription(text: string, where: string): RunRecord {
  const json = parseJson(text);
  const format = z.object({ format: z.number() }).safeParse(json).data?.format;
  if (format !== undefined && format !== RUN_FORMAT)
    throw new UngrainError(
      'other-format',
      `${where} is of a run in format ${format}, and this version of Ungrain knows format ${RUN_FORMAT}; ` +
        'go on with the version that began it.',
      'failure',
    );
  const record = recordSchema.safeParse(json);
  if (format === undefined || !record.success)
    throw new UngrainError('bad-run', `${where} is damaged: it does not say what run it is of.`, 'failure');
  return record.data;
}

/**
 * Does a file belong to a run? Settings that it does not know yet, because a newer version brought them, are not held
 * against it.
 * @param where the file
 * @throws UngrainError `other-run`, which names the first thing that differs
 */
export function requireSameRun(saved: RunDescription, wanted: RunDescription, where: string): void {
  const refuse = (difference: string): never => {
    throw new UngrainError('other-run', `${where} is of a run ${difference}.`);
  };
  if (saved.recipe !== wanted.recipe) refuse(`of the recipe '${saved.recipe}', not of '${wanted.recipe}'`);
  for (const [name, value] of Object.entries(saved.settings)) {
    const [before, now] = [value, wanted.settings[name]].map((setting) => JSON.stringify(setting) ?? 'nothing');
    if (before !== now) refuse(`with ${name} ${before}, not ${now}; go on with that, or choose another folder`);
  }
  if (saved.data !== wanted.data) refuse('on other images; name their folder by --data');
}
