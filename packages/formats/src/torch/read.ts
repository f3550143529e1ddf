import type { Value } from '@ungrain/core';
import { quoted, refusal, type Refuse } from '../refusal.js';
import { readStoredZip } from '../zip/read.js';
import { createGlobals } from './globals.js';
import { runPickle } from './pickle.js';
import { createStorages } from './storages.js';
import { isTensor, plainData, type TorchData } from './tree.js';
import { createViews } from './views.js';

export interface TorchOptions {
  /** The file's name, for messages. */
  readonly file?: string;
}

const PICKLE = 'data.pkl';
/** Versions of the container that exist: PyTorch 1.6 to 2.13 write 3, and 10 is the highest that it reads. */
const VERSION = /^(?:[1-9]|10)\n?$/;
/** How a file begins that torch.save of PyTorch before 1.6 wrote: a pickle of the number 0x1950a86a20f9469cfc6c. */
const OLD_FORMAT = [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46];

/**
 * Reads what `torch.save` of PyTorch 1.6 and newer wrote (.pt, .pth, .ckpt): tensors in dicts and lists of plain data.
 * Nothing is executed: only the opcodes and names that such files need exist here, and a file with any other is
 * refused. Contiguous tensors share the memory of `bytes` where it is aligned.
 *
 * @returns a tree that can be walked: dicts are Maps, lists and tuples arrays
 * @throws UngrainError `bad-torch`, whose message names the file and the reason
 */
export function readTorchFile(bytes: Uint8Array, { file }: TorchOptions = {}): TorchData {
  const refuse = refusal('torch', file);
  checkBeginning(bytes, refuse);
  const entries = readStoredZip(bytes, refuse);
  const root = rootOf([...entries.keys()], refuse);
  checkVersion(entries, root, refuse);
  const result = runPickle(entries.get(`${root}${PICKLE}`)!, {
    globals: createGlobals(createViews(bytes.length, refuse), refuse),
    persistent: createStorages((key) => entries.get(`${root}data/${key}`), refuse),
    refuse,
  });
  return plainData(result, refuse);
}

/**
 * Reads a state_dict that `torch.save` wrote: tensors by name, and nothing else.
 * @throws UngrainError `bad-torch`, whose message names the file and the reason
 */
export function readStateDict(bytes: Uint8Array, options: TorchOptions = {}): ReadonlyMap<string, Value> {
  const refuse = refusal('torch', options.file);
  const data = readTorchFile(bytes, options);
  if (!(data instanceof Map)) return refuse('it holds no dict of tensors');
  for (const [key, value] of data as ReadonlyMap<string | number, TorchData>) {
    if (typeof key !== 'string') refuse(`its key ${key} is no name`);
    if (!isTensor(value)) refuse(`its item ${quoted(String(key))} is no tensor, so it is no state_dict`);
  }
  return data as ReadonlyMap<string, Value>;
}

function checkBeginning(bytes: Uint8Array, refuse: Refuse): void {
  if (OLD_FORMAT.every((byte, i) => bytes[i] === byte))
    refuse('it is in the format of PyTorch before 1.6; load it there, and torch.save it with a newer one');
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) refuse('it does not begin as the zip file that torch.save writes');
}

/** The one folder that all entries lie in, with a slash. */
function rootOf(names: readonly string[], refuse: Refuse): string {
  const pickles = names.filter((name) => name.endsWith(`/${PICKLE}`) && name.indexOf('/') === name.lastIndexOf('/'));
  if (pickles.length !== 1) refuse(`it has ${pickles.length === 0 ? 'no entry' : 'several entries'} NAME/${PICKLE}`);
  const root = pickles[0]!.slice(0, -PICKLE.length);
  const stray = names.find((name) => !name.startsWith(root));
  if (stray !== undefined) refuse(`its entry ${quoted(stray)} lies outside of its folder`);
  if (names.some((name) => name === `${root}constants.pkl` || name.startsWith(`${root}code/`)))
    refuse('it is a TorchScript program; save its state_dict() instead');
  return root;
}

function checkVersion(entries: ReadonlyMap<string, Uint8Array>, root: string, refuse: Refuse): void {
  const textOf = (name: string): string | null => {
    const entry = entries.get(root + name);
    return entry ? String.fromCharCode(...entry.subarray(0, 16)) : null;
  };
  if (!VERSION.test(textOf('version') ?? '')) refuse('it has no version that is known here');
  const order = textOf('byteorder') ?? 'little';
  if (order !== 'little') refuse(`its byte order is ${quoted(order)}, and only little is read`);
}
