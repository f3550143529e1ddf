import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UngrainError } from '@ungrain/core';
import type { Engine } from '@ungrain/graph';
import {
  filesBelow,
  fingerprint,
  openCheckpoint,
  packedPrompts,
  readEmbeddingPack,
  t5Prompts,
  type PromptEncoder,
  type Slot,
} from '@ungrain/models-deepfloyd';
import { cacheFolder } from '../cache-folder.js';
import { modelFolder } from '../pull/index.js';
import { withFile } from '../file-errors.js';
import { int8Encoder, isInt8, type EncoderWeights } from './encoder-weights.js';
import { promptCache } from './prompt-cache.js';

export interface PromptSource {
  /** A diffusers folder that holds the tokenizer and the text encoder, or the name of a pulled model. */
  readonly encoder: string;
  /** How the text encoder's weights are read. Default `auto`. */
  readonly encoderWeights?: EncoderWeights | undefined;
  /** A pack of embeddings, in place of an encoder. */
  readonly prompts?: string | undefined;
  /** Are states kept on disk, and taken from there? Default true. */
  readonly cache?: boolean | undefined;
}

/** What is told while a model is at work, and what stops it. */
export interface Telling {
  /** Heard between prompts, and between the weights that are written as int8. */
  readonly signal?: AbortSignal | undefined;
  /** What is at work, and how far it is. */
  readonly onPart?: ((part: string, done: number, total: number) => void) | undefined;
  /** A sentence that the person should read afterwards. */
  readonly onNote?: ((note: string) => void) | undefined;
}

export interface OpenPromptsOptions extends Telling {
  readonly engine: Engine;
  readonly slot?: Slot | undefined;
}

export interface OpenedPrompts {
  readonly encoder: PromptEncoder;
  /** What made the embeddings, for the record: `T5 0123456789ab`, `T5 0123456789ab int8`, `pack 0123456789ab`; null if nothing does. */
  readonly name: string | null;
}

/** What of a folder changes its prompts besides the weights. */
const FILES = ['text_encoder/config.json', 'tokenizer/tokenizer.json', 'tokenizer/spiece.model'];
const SHOWN_DIGITS = 12;

/**
 * What reads prompts: a pack of embeddings if one is named, else the text encoder of a folder, with a cache on disk.
 * Where there is neither, only who has prompts hears of it.
 * @throws UngrainError as `readEmbeddingPack` and `openCheckpoint` do
 */
export async function openPrompts(
  { encoder, encoderWeights = 'auto', prompts, cache = true }: PromptSource,
  { engine, slot, signal, onPart, onNote }: OpenPromptsOptions,
): Promise<OpenedPrompts> {
  if (prompts !== undefined) {
    const bytes = await withFile(prompts, 'read', () => readFile(prompts));
    const hash = createHash('sha256').update(bytes).digest('hex');
    const pack = readEmbeddingPack(bytes, prompts);
    return { encoder: packedPrompts(pack, prompts), name: `pack ${hash.slice(0, SHOWN_DIGITS)}` };
  }
  const checkpoint = await openCheckpoint(await modelFolder(encoder));
  if (!(await checkpoint.exists('text_encoder/config.json'))) return { encoder: noEncoder(encoder), name: null };
  const hash = await fingerprint(checkpoint, { parts: ['text_encoder'], files: FILES });
  const files = filesBelow(checkpoint, 'text_encoder');
  const int8 = await isInt8(files, encoderWeights);
  const onFile = (index: number, total: number): void => onPart?.('int8 weights', index, total);
  return {
    encoder: t5Prompts(checkpoint, {
      engine,
      slot,
      signal,
      openEncoder: int8 ? () => int8Encoder(files, { hash, onFile, signal }) : undefined,
      cache: cache ? promptCache(join(cacheFolder(), 'prompts'), int8 ? `${hash} int8` : hash) : undefined,
      onCut: (prompt, tokens) =>
        onNote?.(`${JSON.stringify(prompt)} has ${tokens} tokens; only the first 77 are looked at.`),
      onPrompt: (index, total) => onPart?.('text encoder', index, total),
    }),
    name: `T5 ${hash.slice(0, SHOWN_DIGITS)}${int8 ? ' int8' : ''}`,
  };
}

const noEncoder = (folder: string): PromptEncoder => ({
  async encode() {
    throw new UngrainError(
      'no-text-encoder',
      `${folder} has no text_encoder; name a folder that has one by --encoder, or a pack of embeddings by --prompts.`,
    );
  },
});
