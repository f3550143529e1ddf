import { open } from 'node:fs/promises';
import { parseOptions, parseRunSpec, UngrainError, type RunSpec } from '@ungrain/core';
import { readSafetensors } from '@ungrain/formats';
import { readGifText, readPngText } from '@ungrain/media';
import { z } from 'zod';
import { withFile } from './file-errors.js';
import { sheetSchema } from './pictures/sheets.js';
import { axisSchema } from './run-grid.js';

/** What of a run a file shows; a file of all samples says nothing of it. */
export const shownSchema = z.strictObject({
  sample: z.int().min(0).optional().describe('The one sample that it shows, counted from 0.'),
  frames: z
    .enum(['x', 'x0'])
    .optional()
    .describe('An animation: of the states x_t, or of the estimates of the images.'),
  grid: z.array(axisSchema).min(1).max(2).optional().describe('A sheet of runs that differ from the spec in these.'),
  sheet: sheetSchema.optional().describe('A sheet of pictures that were made with the spec.'),
});
export type Shown = z.output<typeof shownSchema>;

/** A run as a file carries it: enough to make the file again. */
export interface RunRecord {
  readonly spec: RunSpec;
  /** Runs after it, each on the images of the one before: those of stage II. What is shown is the last one's. */
  readonly then?: readonly RunSpec[] | undefined;
  readonly shown: Shown;
  /** The images and masks that the spec refers to: PNG files by SHA-256. */
  readonly assets: ReadonlyMap<string, Uint8Array>;
}

/** The text of a picture (and the metadata of a safetensors file) that holds the run as JSON. */
export const SPEC_KEYWORD = 'ungrain';
const THEN_KEYWORD = 'ungrain-then';
const SHOWN_KEYWORD = 'ungrain-shown';
const ASSET_KEYWORD = 'ungrain-asset-';

/** A record as texts by keyword, as PNG, GIF and safetensors keep them. */
export function recordTexts({ spec, then = [], shown, assets }: RunRecord): Readonly<Record<string, string>> {
  return {
    [SPEC_KEYWORD]: JSON.stringify(spec),
    ...(then.length > 0 && { [THEN_KEYWORD]: JSON.stringify(then) }),
    ...(Object.keys(shown).length > 0 && { [SHOWN_KEYWORD]: JSON.stringify(shown) }),
    ...Object.fromEntries(
      [...assets].map(([name, png]) => [`${ASSET_KEYWORD}${name}`, Buffer.from(png).toString('base64')]),
    ),
  };
}

/** A record as one JSON value: what `ungrain show --json` prints. */
export const recordJson = ({ spec, then = [], shown, assets }: RunRecord) => ({
  spec,
  ...(then.length > 0 && { then }),
  shown,
  assets: Object.fromEntries([...assets].map(([name, png]) => [name, Buffer.from(png).toString('base64')])),
});

/** A run on the images of the one before; more than a few would be no run of ours. */
const thenSchema = z.array(z.unknown()).max(8);

const thenOf = (text: string | undefined): Pick<RunRecord, 'then'> => {
  const then = parseOptions(thenSchema, parseJsonText(text ?? '[]'), 'what follows').map(parseRunSpec);
  return then.length > 0 ? { then } : {};
};

const jsonSchema = z.strictObject({
  spec: z.unknown(),
  then: z.array(z.unknown()).default([]),
  shown: shownSchema.default({}),
  assets: z.record(z.string(), z.string()).default({}),
});

/** A file with the run in it, and its bytes. */
export interface RecordedFile {
  readonly record: RunRecord;
  readonly format: keyof typeof READERS;
  readonly bytes: Uint8Array;
}

/** Files beyond this are not read; a run's own are far smaller. */
const LARGEST_FILE = 2 ** 30;

/**
 * Reads the run out of a file that Ungrain wrote: a PNG, a GIF, a safetensors file, or JSON as `show --json` prints it.
 * @throws UngrainError `file-not-read`, `no-record` if there is none in it, `bad-record`, and as the formats' readers do
 */
export async function readRecord(path: string): Promise<RecordedFile> {
  const bytes = await readWithin(path, LARGEST_FILE);
  const format = formatOf(bytes);
  const texts = await named(path, () => READERS[format](bytes));
  const text = texts[SPEC_KEYWORD];
  if (text === undefined)
    throw new UngrainError(
      'no-record',
      `${path} holds no run; Ungrain writes one into every png, gif and safetensors file that it samples.`,
    );
  const assets = Object.entries(texts).flatMap(([keyword, value]) =>
    keyword.startsWith(ASSET_KEYWORD)
      ? [[keyword.slice(ASSET_KEYWORD.length), new Uint8Array(Buffer.from(value, 'base64'))] as const]
      : [],
  );
  const record = await named(path, () => ({
    spec: parseRunSpec(parseJsonText(text)),
    ...thenOf(texts[THEN_KEYWORD]),
    shown: parseOptions(shownSchema, parseJsonText(texts[SHOWN_KEYWORD] ?? '{}'), 'what it shows'),
    assets: new Map(assets),
  }));
  return { record, format, bytes };
}

/** The texts of a file by its format. */
const READERS = {
  png: readPngText,
  gif: readGifText,
  json(bytes: Uint8Array): Readonly<Record<string, string>> {
    const json = parseJsonText(new TextDecoder().decode(bytes));
    const whole = jsonSchema.safeParse(json).data ?? { spec: json, then: [], shown: {}, assets: {} };
    return {
      [SPEC_KEYWORD]: JSON.stringify(whole.spec),
      [THEN_KEYWORD]: JSON.stringify(whole.then),
      [SHOWN_KEYWORD]: JSON.stringify(whole.shown),
      ...Object.fromEntries(Object.entries(whole.assets).map(([name, text]) => [`${ASSET_KEYWORD}${name}`, text])),
    };
  },
  safetensors: (bytes: Uint8Array): Readonly<Record<string, string>> =>
    Object.fromEntries(readSafetensors(bytes).metadata),
};

function formatOf(bytes: Uint8Array): keyof typeof READERS {
  if (bytes[0] === 0x89) return 'png';
  if (bytes[0] === 0x47) return 'gif';
  return /^\s*\{/.test(String.fromCharCode(...bytes.subarray(0, 8))) ? 'json' : 'safetensors';
}

async function readWithin(path: string, limit: number): Promise<Uint8Array> {
  const read = async (): Promise<Uint8Array> => {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      if (size > limit)
        throw new UngrainError('file-too-large', `${path} has ${size} bytes; at most ${limit} are read.`);
      return new Uint8Array(await file.readFile());
    } finally {
      await file.close();
    }
  };
  return withFile(path, 'read', read);
}

/** What is wrong inside a file, with the file's name in front. */
async function named<T>(path: string, action: () => T): Promise<T> {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof UngrainError)) throw error;
    throw new UngrainError('bad-record', `${path} cannot be used: ${error.message}`, 'failure', { cause: error });
  }
}

function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new UngrainError('bad-record', `its run is no JSON (${(cause as Error).message}).`, 'failure', { cause });
  }
}
