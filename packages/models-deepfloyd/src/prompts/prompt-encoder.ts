import type { Tensor } from '@ungrain/core';

/** What turns prompts into what a UNet reads: states [tokens, features], one tensor for each prompt. */
export interface PromptEncoder {
  /** @throws UngrainError `unknown-prompt` where only some prompts are known */
  encode(prompts: readonly string[]): Promise<readonly Tensor[]>;
}
