import { UngrainError } from '@ungrain/core';
import { failedCheck, type ParityCheck, type ParityGroup } from '@ungrain/core/parity';
import { readIdx } from '../idx.js';
import { readSafetensors, type Safetensors } from '../safetensors/read.js';
import { readStateDict } from '../torch/read.js';
import { bytesOfEntry, INDEX, readIndex, type FileEntry, type FilesIndex } from './entries.js';
import { copyOnnxModels, ONNX_EXTERNAL } from './onnx-models.js';
import { compareTensors, type Difference } from './tensors.js';

type Role = FileEntry['role'];
type Reader = (bytes: Uint8Array, file: string, role: Role) => Safetensors | Promise<Safetensors>;
type Outcome = { readonly read: Safetensors } | { readonly error: unknown };

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['safetensors', (bytes, file) => readSafetensors(bytes, { file })],
  ['idx', idxAsTensors],
  ['pth', (bytes, file) => ({ tensors: readStateDict(bytes, { file }), metadata: new Map() })],
]);

/** Good and bad files: what has to be read, and what has to be refused. */
export const filesParity: ParityGroup = {
  name: 'files',
  index: INDEX,
  async *run(source) {
    const index = await readIndex(source);
    yield* checkCounts(index);
    const models = await copyOnnxModels(index, source);
    const onnx: Reader = async (_, file) => ({ tensors: await models.read(file), metadata: new Map() });
    try {
      for (const entry of index.files) {
        const read = entry.format === ONNX_EXTERNAL ? onnx : READERS.get(entry.format);
        if (!read) continue;
        try {
          yield* checkEntry(await bytesOfEntry(entry, source), entry, read);
        } catch (error) {
          yield failedCheck(nameOf(entry), String(error));
        }
      }
    } finally {
      await models.dispose();
    }
  },
  async skips(source) {
    return skippedFormats(await readIndex(source));
  },
};

/** The formats of an index that this package has no reader for, with the number of files. */
export function skippedFormats({ files }: FilesIndex): readonly string[] {
  const formats = files
    .map(({ format }) => format)
    .filter((format) => format !== ONNX_EXTERNAL && !READERS.has(format));
  return [...new Set(formats)].map(
    (format) => `${formats.filter((other) => other === format).length} files of the format ${format} are not read`,
  );
}

function* checkCounts({ counts = {}, files }: FilesIndex): Iterable<ParityCheck> {
  for (const [format, expectations] of Object.entries(counts))
    for (const [expect, count] of Object.entries(expectations)) {
      const found = files.filter((entry) => entry.format === format && entry.expect === expect).length;
      yield { name: `counts.${format}.${expect}`, error: Math.abs(found - count), tolerance: 0 };
    }
}

async function* checkEntry(bytes: Uint8Array, entry: FileEntry, read: Reader): AsyncIterable<ParityCheck> {
  if (entry.bytes !== undefined)
    yield { name: `${nameOf(entry)}: bytes`, error: Math.abs(bytes.length - entry.bytes), tolerance: 0 };
  const before = namesInPrototypes();
  yield judge(nameOf(entry), await attemptRead(bytes, entry, entry.role, read), entry);
  if (entry.accept_as) {
    const accepted = await attemptRead(bytes, entry, entry.accept_as === 'idx' ? undefined : entry.accept_as, read);
    yield judge(`${nameOf(entry)} as ${entry.accept_as}`, accepted, { ...entry, expect: 'accept' });
  }
  if (namesInPrototypes() !== before) yield failedCheck(`${nameOf(entry)}: prototypes`, 'a prototype was changed');
}

async function attemptRead(bytes: Uint8Array, entry: FileEntry, role: Role, read: Reader): Promise<Outcome> {
  try {
    return { read: await read(bytes, fileOf(entry), role) };
  } catch (error) {
    return { error };
  }
}

/** Was the file read, or refused, as the index says? */
function judge(name: string, outcome: Outcome, entry: FileEntry): ParityCheck {
  if ('error' in outcome) {
    if (!(outcome.error instanceof UngrainError)) return failedCheck(name, `it crashed: ${String(outcome.error)}`);
    if (!outcome.error.message.includes(fileOf(entry))) return failedCheck(name, 'the error names no file');
    const allowed = entry.expect === 'refuse' || entry.optional === true || entry.policy === true;
    return allowed ? { name, error: 0, tolerance: 1 } : failedCheck(name, `it was refused: ${outcome.error.message}`);
  }
  if (entry.expect === 'refuse' && !entry.policy) return failedCheck(name, `it was accepted, but: ${entry.why}`);
  return worstOf(name, [...compareOutcome(outcome.read, entry)]);
}

function* compareOutcome({ tensors, metadata }: Safetensors, entry: FileEntry): Iterable<Difference> {
  const expected = entry.expect === 'accept' ? entry.tensors : entry.if_accepted;
  if (expected) yield* compareTensors(tensors, expected, entry);
  if (entry.metadata && !sameEntries(metadata, Object.entries(entry.metadata)))
    yield { error: Infinity, note: 'the metadata differs' };
}

const sameEntries = (actual: ReadonlyMap<string, string>, expected: readonly (readonly [string, string])[]): boolean =>
  actual.size === expected.length && expected.every(([key, value]) => actual.get(key) === value);

function worstOf(name: string, differences: readonly Difference[]): ParityCheck {
  const error = Math.max(0, ...differences.map((difference) => difference.error));
  const note = differences.map((difference) => difference.note).join('; ');
  return { name, error, tolerance: 1, ...(note && { note }) };
}

function idxAsTensors(bytes: Uint8Array, file: string, role: Role): Safetensors {
  const value = readIdx(bytes, role ? { file, role } : { file });
  return { tensors: new Map([['data', value]]), metadata: new Map() };
}

const fileOf = ({ file }: FileEntry): string => file ?? 'synthetic';

const nameOf = ({ file, why }: FileEntry): string => file ?? `synthetic: ${why}`;

const namesInPrototypes = (): string =>
  [Object.prototype, Array.prototype, Map.prototype].map((it) => Object.getOwnPropertyNames(it).join()).join(';');
