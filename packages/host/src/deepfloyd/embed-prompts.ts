import { readFile } from 'node:fs/promises';
import { UngrainError, type Tensor } from '@ungrain/core';
import {
  PACK_FORMATS,
  readEmbeddingPack,
  writeEmbeddingPack,
  type EmbeddingPack,
  type PackFormat,
} from '@ungrain/models-deepfloyd';
import type { EngineSource } from '../engine.js';
import { withFile } from '../file-errors.js';
import type { EncoderWeights } from './encoder-weights.js';
import { openPrompts, type Telling } from './prompt-source.js';

export { PACK_FORMATS };

export interface EmbedOptions extends Telling {
  readonly engine: EngineSource;
  /** A folder with a text encoder; needed where there are prompts to read. */
  readonly encoder?: string | undefined;
  readonly encoderWeights?: EncoderWeights | undefined;
  /** Packs whose prompts are taken along; where two have one, the later pack's counts. */
  readonly packs: readonly string[];
  readonly cache?: boolean | undefined;
  readonly format?: PackFormat | undefined;
}

/**
 * Embeddings of prompts, and of the empty one, which guidance needs; those of packs with them. As a pack, and as its file.
 * @throws UngrainError `no-text-encoder`, `bad-embeddings` if packs have states of different sizes
 */
export async function embedPrompts(
  prompts: readonly string[],
  { engine, encoder, encoderWeights, packs, cache, format, signal, onPart, onNote }: EmbedOptions,
): Promise<{ readonly pack: EmbeddingPack; readonly bytes: Uint8Array }> {
  const all = new Map<string, Tensor>();
  for (const path of packs)
    for (const [prompt, states] of readEmbeddingPack(await withFile(path, 'read', () => readFile(path)), path))
      all.set(prompt, states);
  if (prompts.length > 0) {
    if (encoder === undefined)
      throw new UngrainError(
        'no-text-encoder',
        'Prompts are read by a text encoder; name a folder that has one by --encoder.',
      );
    const opened = await openPrompts(
      { encoder, encoderWeights, cache },
      { engine: await engine({ lowMemory: true }), signal, onPart, onNote },
    );
    const wanted = ['', ...new Set(prompts)];
    const states = await opened.encoder.encode(wanted);
    wanted.forEach((prompt, i) => all.set(prompt, states[i]!));
  }
  const shapes = new Set([...all.values()].map(({ shape }) => shape.join(' × ')));
  if (shapes.size > 1)
    throw new UngrainError(
      'bad-embeddings',
      `The embeddings are of different encoders: they have the sizes ${[...shapes].join(' and ')}.`,
    );
  return { pack: all, bytes: writeEmbeddingPack(all, format) };
}
