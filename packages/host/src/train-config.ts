import { readFile } from 'node:fs/promises';
import { UngrainError } from '@ungrain/core';
import { z } from 'zod';
import { withFile } from './file-errors.js';

type Values = Readonly<Record<string, unknown>>;

const valuesSchema = z.record(z.string(), z.unknown());
const runSchema = z.object({ recipe: z.string(), settings: valuesSchema, drawing: valuesSchema.default({}) });

/**
 * The options of a recipe in a JSON file: an object of them, or the `recipe.json` of a run, which is then trained again.
 * @throws UngrainError `file-not-read`, `bad-config`, `other-recipe`
 */
export async function readTrainConfig(path: string, recipe: string): Promise<Values> {
  const json = parse(await withFile(path, 'read', () => readFile(path, 'utf8')), path);
  const run = runSchema.safeParse(json).data;
  if (run && run.recipe !== recipe)
    throw new UngrainError('other-recipe', `${path} is of the recipe '${run.recipe}', not of '${recipe}'.`);
  if (run) return { ...run.settings, ...run.drawing };
  const values = valuesSchema.safeParse(json).data;
  if (values) return values;
  throw new UngrainError('bad-config', `${path} must hold a JSON object of settings, such as {"epochs": 2}.`);
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new UngrainError('bad-config', `${path} is no JSON: ${(cause as Error).message}.`, 'usage', { cause });
  }
}
