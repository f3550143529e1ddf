import type { Tensor } from '@ungrain/core';

/** What turns prompts into what a UNet reads: states [tokens, features], one tensor for each prompt. */
export interface PromptEncoder {
  /** @throws UngrainError `unknown-prompt` where only some prompts are known */
  encode(prompts: readonly string[]): Promise<readonly Tensor[]>;
  /** Frees what it holds; it may be used again. */
  dispose?(): Promise<void>;
}

/** Where states are kept from one program to the next, by the prompt as the encoder reads it: cleaned. */
export interface PromptCache {
  get(caption: string): Promise<Tensor | null>;
  set(caption: string, states: Tensor): Promise<void>;
}
