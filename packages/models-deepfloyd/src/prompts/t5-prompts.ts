import type { Tensor } from '@ungrain/core';
import type { Engine } from '@ungrain/graph';
import { filesBelow, type CheckpointFiles } from '../checkpoint/checkpoint-files.js';
import type { Variant } from '../checkpoint/locate-weights.js';
import { loadT5 } from '../t5/load-t5.js';
import { cleanCaption, plainCaption } from '../text/clean-caption.js';
import { loadTokenizer, type Tokenizer } from '../text/tokenizer.js';
import type { PromptEncoder } from './prompt-encoder.js';

export interface T5PromptsOptions {
  readonly engine: Engine;
  readonly variants?: readonly Variant[] | undefined;
  /** Captions are cleaned as they were for training; the empty prompt never changes. Default true. */
  readonly clean?: boolean;
}

/**
 * Prompts by the tokenizer and the text encoder of a diffusers folder. The encoder is loaded when prompts come and freed
 * when they are done: it is several times larger than the UNet that goes on from there.
 */
export function t5Prompts(
  checkpoint: CheckpointFiles,
  { engine, variants, clean = true }: T5PromptsOptions,
): PromptEncoder {
  const caption = clean ? cleanCaption : plainCaption;
  return {
    async encode(prompts) {
      const tokenize = await loadTokenizer(filesBelow(checkpoint, 'tokenizer'));
      const { network } = await loadT5(filesBelow(checkpoint, 'text_encoder'), { engine, variants });
      try {
        const states = new Map<string, Tensor>();
        for (const text of new Set(prompts.map(caption)))
          states.set(text, stateOf(await network.run(inputsOf(tokenize(text)))));
        return prompts.map((prompt) => states.get(caption(prompt))!);
      } finally {
        await network.dispose();
      }
    },
  };
}

const inputsOf = ({ ids, mask }: ReturnType<Tokenizer>) =>
  ({
    ids: { dtype: 'int64', data: BigInt64Array.from(ids, BigInt), shape: [1, ids.length] },
    mask: { dtype: 'float32', data: Float32Array.from(mask), shape: [1, mask.length] },
  }) as const;

function stateOf(outputs: Readonly<Record<string, unknown>>): Tensor {
  const { data, shape } = outputs['states'] as Tensor;
  return { data, shape: shape.slice(1) };
}
