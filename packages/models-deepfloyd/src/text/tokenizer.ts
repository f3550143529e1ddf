import * as huggingface from '@huggingface/tokenizers';
import { UngrainError } from '@ungrain/core';
import { z } from 'zod';
import type { CheckpointFiles } from '../checkpoint/checkpoint-files.js';
import { charsmapNormalizer, type Normalizer } from './charsmap.js';
import { readSentencePieceModel, type SentencePieceModel } from './sentencepiece-model.js';

/** The package's own types do not resolve in ES modules: they import one another without file extensions. */
const PieceTokenizer = huggingface.Tokenizer as unknown as new (
  definition: object,
  config: object,
) => { encode(text: string): { readonly ids: readonly number[] } };

/** Tokens of a text, as many as DeepFloyd IF was trained with. */
export const TEXT_TOKENS = 77;
const PAD = 0;
const END = 1;
/** T5's places for what it was trained to fill in, from the last to the first after the pieces. */
const EXTRA_IDS = 100;

export interface TokenizedText {
  /** TEXT_TOKENS ids: the text's, cut, then the end's, then padding. */
  readonly ids: readonly number[];
  /** 1 for a token, 0 for padding. */
  readonly mask: readonly number[];
  /** How many tokens the whole text has, its end included; more than TEXT_TOKENS means that it was cut. */
  readonly length: number;
}

export type Tokenizer = (text: string) => TokenizedText;

/**
 * The tokenizer of a diffusers folder: from `tokenizer.json`, or from `spiece.model` where that is all there is.
 * @throws UngrainError `no-tokenizer`, `bad-tokenizer`
 */
export async function loadTokenizer(part: CheckpointFiles): Promise<Tokenizer> {
  if (await part.exists('tokenizer.json'))
    return tokenizerOf(await part.json('tokenizer.json'), `${part.name}/tokenizer.json`);
  if (await part.exists('spiece.model')) {
    const model = readSentencePieceModel(await part.bytes('spiece.model'), `${part.name}/spiece.model`);
    return piecewise(definitionOf(model), charsmapNormalizer(model.charsmap));
  }
  throw new UngrainError(
    'no-tokenizer',
    `${part.name} has neither a tokenizer.json nor a spiece.model, and so no way to read a prompt.`,
    'failure',
  );
}

/** A definition, of which only the parts that are looked at are checked. */
const normalizerSchema = z.looseObject({ type: z.string(), precompiled_charsmap: z.string().nullish() });
const definitionSchema = z.looseObject({
  model: z.looseObject({ type: z.literal('Unigram') }),
  normalizer: z
    .union([z.looseObject({ type: z.literal('Sequence'), normalizers: z.array(normalizerSchema) }), normalizerSchema])
    .nullish(),
  added_tokens: z.array(z.looseObject({ content: z.string() })).default([]),
});

function tokenizerOf(json: unknown, file: string): Tokenizer {
  const parsed = definitionSchema.safeParse(json);
  if (!parsed.success)
    throw new UngrainError('bad-tokenizer', `${file} is no definition of a T5 tokenizer.`, 'failure');
  const { charsmap, rest } = splitNormalizer(parsed.data.normalizer);
  return piecewise({ ...parsed.data, normalizer: rest }, charsmapNormalizer(charsmap));
}

type Step = z.output<typeof normalizerSchema>;

/**
 * The rewriting rules of a definition, which the tokenizer's own package follows only nearly, and what else it normalises.
 * Rules come first or not at all.
 */
function splitNormalizer(normalizer: z.output<typeof definitionSchema>['normalizer']): {
  readonly charsmap: Uint8Array;
  readonly rest: object | null;
} {
  const steps = (normalizer?.type === 'Sequence' ? normalizer.normalizers : normalizer ? [normalizer] : []) as Step[];
  const [first, ...others] = steps;
  if (first?.type !== 'Precompiled') return { charsmap: new Uint8Array(), rest: normalizer ?? null };
  return {
    charsmap: Uint8Array.from(Buffer.from(first.precompiled_charsmap ?? '', 'base64')),
    rest: others.length > 0 ? { type: 'Sequence', normalizers: others } : null,
  };
}

/** What transformers makes of a SentencePiece model of T5's. */
function definitionOf({ pieces, unknownId }: SentencePieceModel): object {
  const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true };
  const extra = Array.from({ length: EXTRA_IDS }, (_, i): [string, number] => [`<extra_id_${EXTRA_IDS - 1 - i}>`, 0]);
  const special = [PAD, END, unknownId].map((id) => ({ id, content: pieces[id]![0] }));
  const places = extra.map(([content], i) => ({ id: pieces.length + i, content }));
  const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const end = pieces[END]![0];
  return {
    added_tokens: [...special, ...places].map((token) => ({ ...token, ...plain })),
    normalizer: null,
    pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, metaspace] },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: end, type_id: 0 } }],
      pair: [],
      special_tokens: { [end]: { id: end, ids: [END], tokens: [end] } },
    },
    decoder: metaspace,
    model: { type: 'Unigram', unk_id: unknownId, vocab: [...pieces, ...extra] },
  };
}

function piecewise(definition: object, normalize: Normalizer): Tokenizer {
  const pieces = new PieceTokenizer(definition, {});
  return (text) => {
    const { ids } = pieces.encode(normalize(text));
    const cut = ids.length > TEXT_TOKENS ? [...ids.slice(0, TEXT_TOKENS - 1), END] : ids;
    const padding = new Array<number>(TEXT_TOKENS - cut.length);
    return {
      ids: [...cut, ...padding.fill(PAD)],
      mask: [...cut.map(() => 1), ...padding.fill(0)],
      length: ids.length,
    };
  };
}
