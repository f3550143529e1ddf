import { readFile } from 'node:fs/promises';
import { parseRunState, UngrainError, type RunState, type Tensor, type Value } from '@ungrain/core';
import { readSafetensors, writeSafetensors } from '@ungrain/formats';
import { parseJson } from '@ungrain/training';
import { withFile } from './file-errors.js';
import { readRecord, recordTexts, type RunRecord } from './run-record.js';

/** The metadata of a safetensors file that holds a run between two steps; its tensors are the file's. */
const STATE_KEYWORD = 'ungrain-state';

/** A run that was stopped, with all that it needs to go on. */
export interface SavedRun {
  readonly record: RunRecord;
  readonly state: RunState;
}

/** A stopped run as a safetensors file. */
export function encodeState({ record, state }: SavedRun): Uint8Array {
  const tensors = new Map<string, Value>();
  const json = JSON.stringify(toJson(state, tensors));
  return writeSafetensors(tensors, new Map(Object.entries({ ...recordTexts(record), [STATE_KEYWORD]: json })));
}

/**
 * Reads what `encodeState` made.
 * @throws UngrainError `no-state` if the file holds no stopped run, `bad-state`, and as `readRecord` does
 */
export async function readState(path: string): Promise<SavedRun> {
  const { record, format } = await readRecord(path);
  const refuse = (reason: string): never => {
    throw new UngrainError('no-state', `${path} holds no run that was stopped: ${reason}.`);
  };
  if (format !== 'safetensors') return refuse(`it is a ${format} file, and \`--save-state\` writes safetensors`);
  const bytes = await withFile(path, 'read', () => readFile(path));
  const { metadata, tensors } = readSafetensors(bytes, { file: path });
  const json = metadata.get(STATE_KEYWORD);
  if (json === undefined) return refuse('it holds samples');
  return { record, state: parseRunState(fromJson(parseJson(json), tensors)) };
}

/** Numbers that JSON would lose. */
const isLost = (value: number): boolean => !Number.isFinite(value) || Object.is(value, -0);

const isTensor = (state: object): state is Tensor => 'data' in state && state.data instanceof Float32Array;

/**
 * A state as JSON: a tensor becomes `{"$tensor": name}`, a number that JSON does not have `{"$number": text}`; a name that
 * begins with $ gets another one.
 */
function toJson(state: unknown, tensors: Map<string, Value>): unknown {
  if (typeof state === 'number')
    return isLost(state) ? { $number: Object.is(state, -0) ? '-0' : String(state) } : state;
  if (typeof state !== 'object' || state === null) return state;
  if (isTensor(state)) {
    const name = `state-${tensors.size}`;
    tensors.set(name, { dtype: 'float32', ...state });
    return { $tensor: name };
  }
  if (Array.isArray(state)) return state.map((item) => toJson(item, tensors));
  const members = Object.entries(state).filter(([, value]) => value !== undefined);
  return Object.fromEntries(members.map(([name, value]) => [escape(name), toJson(value, tensors)]));
}

const escape = (name: string): string => (name.startsWith('$') ? `$${name}` : name);
const unescape = (name: string): string => (name.startsWith('$$') ? name.slice(1) : name);

function fromJson(json: unknown, tensors: ReadonlyMap<string, Value>): unknown {
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map((item) => fromJson(item, tensors));
  if ('$number' in json) return Number(json.$number);
  if ('$tensor' in json) {
    const found = tensors.get(String(json.$tensor));
    return found?.dtype === 'float32' ? { data: found.data, shape: found.shape } : null;
  }
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [unescape(name), fromJson(value, tensors)]));
}
