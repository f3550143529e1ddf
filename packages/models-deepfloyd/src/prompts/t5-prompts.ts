import { UngrainError, type Tensor } from '@ungrain/core';
import type { Engine } from '@ungrain/graph';
import { filesBelow, type CheckpointFiles } from '../checkpoint/checkpoint-files.js';
import { findNotFinite } from '../checkpoint/find-not-finite.js';
import type { Variant } from '../checkpoint/locate-weights.js';
import type { Network } from '../network.js';
import type { Slot } from '../slot.js';
import { loadT5 } from '../t5/load-t5.js';
import { cleanCaption, plainCaption } from '../text/clean-caption.js';
import { loadTokenizer, TEXT_TOKENS, type Tokenizer } from '../text/tokenizer.js';
import type { PromptCache, PromptEncoder } from './prompt-encoder.js';

export interface T5PromptsOptions {
  readonly engine: Engine;
  readonly variants?: readonly Variant[] | undefined;
  /** Gives the text encoder's files when they are needed first. Default: those of the folder as they are. */
  readonly openEncoder?: (() => Promise<CheckpointFiles>) | undefined;
  /** Captions are cleaned as they were for training; the empty prompt never changes. Default true. */
  readonly clean?: boolean;
  /** Keeps the encoder in memory until another network needs the room; without one it is freed after each call. */
  readonly slot?: Slot | undefined;
  /** Where states are looked up before the encoder is asked, and kept. */
  readonly cache?: PromptCache | undefined;
  /** Heard before each prompt. */
  readonly signal?: AbortSignal | undefined;
  /** Is told of prompts that are longer than what is looked at. */
  readonly onCut?: ((prompt: string, tokens: number) => void) | undefined;
  /** Is told before the encoder reads a prompt, counted from 0. */
  readonly onPrompt?: ((index: number, total: number) => void) | undefined;
}

/**
 * Prompts by the tokenizer and the text encoder of a diffusers folder. The encoder is loaded when prompts come that are not
 * known yet, and freed before the UNet: it is several times larger. What was encoded once is remembered.
 *
 * @throws UngrainError as `loadT5` and `loadTokenizer` do; `not-finite` if the encoder answers with NaN; `aborted`
 */
export function t5Prompts(checkpoint: CheckpointFiles, options: T5PromptsOptions): PromptEncoder {
  const encoder = filesBelow(checkpoint, 'text_encoder');
  const {
    engine,
    variants,
    clean = true,
    slot,
    cache,
    signal,
    onCut,
    onPrompt,
    openEncoder = async () => encoder,
  } = options;
  const caption = clean ? cleanCaption : plainCaption;
  const known = new Map<string, Tensor>();
  let tokenizer: Tokenizer | undefined;
  let network: Network | undefined;

  async function dispose(): Promise<void> {
    await network?.dispose();
    network = undefined;
  }

  async function statesOf(text: string, tokens: ReturnType<Tokenizer>): Promise<Tensor> {
    network ??= (await loadT5(await openEncoder(), { engine, variants, slot })).network;
    const { states } = await network.run(inputsOf(tokens));
    const { data, shape } = states as Tensor;
    if (data.every(Number.isFinite)) return { data, shape: shape.slice(1) };
    const weight = await findNotFinite(encoder, variants);
    throw new UngrainError(
      'not-finite',
      `The text encoder of ${checkpoint.name} answered ${JSON.stringify(text)} with NaN` +
        `${weight ? `: its weights are damaged, ${weight} is not finite` : ''}.`,
      'failure',
    );
  }

  return {
    async encode(prompts) {
      const captions = new Map(prompts.map((prompt) => [caption(prompt), prompt]));
      const fresh = [...captions].filter(([text]) => !known.has(text));
      try {
        for (const [i, [text, prompt]] of fresh.entries()) {
          tokenizer ??= await loadTokenizer(filesBelow(checkpoint, 'tokenizer'));
          const tokens = tokenizer(text);
          if (tokens.length > TEXT_TOKENS) onCut?.(prompt, tokens.length);
          let states = (await cache?.get(text)) ?? null;
          if (!states) {
            if (signal?.aborted) throw new UngrainError('aborted', 'Stopped while prompts were read.', 'failure');
            onPrompt?.(i, fresh.length);
            states = await statesOf(text, tokens);
            await cache?.set(text, states);
          }
          known.set(text, states);
        }
      } finally {
        if (!slot) await dispose();
      }
      return prompts.map((prompt) => known.get(caption(prompt))!);
    },
    dispose,
  };
}

const inputsOf = ({ ids, mask }: ReturnType<Tokenizer>) =>
  ({
    ids: { dtype: 'int64', data: BigInt64Array.from(ids, BigInt), shape: [1, ids.length] },
    mask: { dtype: 'float32', data: Float32Array.from(mask), shape: [1, mask.length] },
  }) as const;
