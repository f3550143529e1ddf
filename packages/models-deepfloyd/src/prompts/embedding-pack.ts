import { formatShape, nearest, UngrainError, type Tensor, type Value } from '@ungrain/core';
import {
  encodeFloat16,
  readSafetensors,
  readTorchFile,
  toFloat32,
  writeSafetensors,
  writeTorchFile,
} from '@ungrain/formats';
import type { PromptEncoder } from './prompt-encoder.js';

/** Prompts with the states that a text encoder made of them, [tokens, features] each. */
export type EmbeddingPack = ReadonlyMap<string, Tensor>;

/** Names of tensors in a safetensors file may not be empty everywhere; the empty prompt is called so. */
const EMPTY = '<empty>';

/**
 * Reads a pack of prompt embeddings: a `.pth` file with a dict from prompts to tensors, as the course hands out, or a
 * safetensors file with such names. A tensor may have a first dimension of 1.
 *
 * @param file its name, for messages
 * @throws UngrainError `bad-embeddings`, `bad-torch`, `bad-safetensors`
 */
export function readEmbeddingPack(bytes: Uint8Array, file: string): EmbeddingPack {
  const pack = new Map<string, Tensor>();
  for (const [prompt, value] of entriesOf(bytes, file))
    pack.set(prompt === EMPTY ? '' : prompt, statesOf(prompt, value, file));
  const shapes = new Set([...pack.values()].map(({ shape }) => formatShape(shape)));
  if (shapes.size > 1)
    throw refused(file, `its prompts have different shapes, ${[...shapes].slice(0, 2).join(' and ')}`);
  if (pack.size === 0) throw refused(file, 'it holds no prompts');
  return pack;
}

/** What a pack may be written as; `pth` is the course's, for `torch.load`. */
export const PACK_FORMATS = ['safetensors', 'pth'] as const;
export type PackFormat = (typeof PACK_FORMATS)[number];

/** A pack as a file, in float16 as the text encoder's own files have it: [1, tokens, features] by prompt. */
export function writeEmbeddingPack(pack: EmbeddingPack, format: PackFormat = 'safetensors'): Uint8Array {
  const named = (prompt: string): string => (format === 'safetensors' && prompt === '' ? EMPTY : prompt);
  const values = [...pack].map(([prompt, { data, shape }]): [string, Value] => [
    named(prompt),
    { dtype: 'float16', data: encodeFloat16(data), shape: [1, ...shape] },
  ]);
  return format === 'pth' ? writeTorchFile(new Map(values)) : writeSafetensors(new Map(values));
}

/** Prompts by a pack: those that it has, and no others. @param file its name, for messages */
export function packedPrompts(pack: EmbeddingPack, file: string): PromptEncoder {
  return {
    encode: async (prompts) =>
      prompts.map((prompt) => {
        const found = pack.get(prompt) ?? pack.get(prompt.trim().toLowerCase());
        if (found) return found;
        throw new UngrainError(
          'unknown-prompt',
          `${file} has no embedding of ${what(prompt)}; of the ${pack.size} that it has the nearest are ` +
            `${nearest(prompt, [...pack.keys()], MOST_LISTED)
              .map((known) => JSON.stringify(known))
              .join(', ')}.`,
        );
      }),
  };
}

const MOST_LISTED = 3;

const what = (prompt: string): string =>
  prompt === '' ? 'the empty prompt "", which guidance goes away from' : JSON.stringify(prompt);

function entriesOf(bytes: Uint8Array, file: string): Iterable<[string, unknown]> {
  if (bytes[0] === 0x50 || bytes[0] === 0x80) {
    const data = readTorchFile(bytes, { file });
    if (!(data instanceof Map)) throw refused(file, 'it holds no dict');
    return data as ReadonlyMap<string, unknown>;
  }
  return readSafetensors(bytes, { file }).tensors;
}

function statesOf(prompt: unknown, value: unknown, file: string): Tensor {
  const { dtype, shape } = (value ?? {}) as Partial<Value>;
  const rank = shape?.length ?? 0;
  const fits = dtype?.startsWith('float') || dtype === 'bfloat16';
  if (typeof prompt !== 'string' || !fits || !(rank === 2 || (rank === 3 && shape![0] === 1)))
    throw refused(file, `its entry ${JSON.stringify(String(prompt))} is no prompt with states [1, tokens, features]`);
  const { data } = toFloat32(value as Value);
  return { data, shape: shape!.slice(-2) };
}

const refused = (file: string, reason: string): UngrainError =>
  new UngrainError('bad-embeddings', `${file} is no pack of prompt embeddings: ${reason}.`, 'failure');
