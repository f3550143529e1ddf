import { z } from 'zod';
import { UngrainError } from './errors.js';
import type { Tensor } from './tensor.js';

/**
 * What a sampler, a guidance or a noise source saves of itself, and is restored from: plain JSON, except that a leaf may
 * be a tensor. Whoever writes it to a file keeps the tensors apart.
 */
export type State = null | boolean | number | string | Tensor | readonly State[] | { readonly [name: string]: State };

/**
 * A saved state, checked against its schema before anything is restored from it.
 * @param owner who restores it, for the message: `Counter noise`
 * @throws UngrainError `bad-state`
 */
export function parseState<T>(schema: z.ZodType<T>, state: unknown, owner: string): T {
  const result = schema.safeParse(state);
  if (result.success) return result.data;
  throw new UngrainError('bad-state', `${owner} cannot be restored from this state. ${z.prettifyError(result.error)}`);
}
