import { UngrainError } from '@ungrain/core';
import { z } from 'zod';

const size = z.int().min(1).max(1_000_000);

const schema = z.object({
  model_type: z.literal('t5'),
  vocab_size: size.default(32_128),
  d_model: size.default(512),
  d_kv: size.default(64),
  d_ff: size.default(2048),
  num_layers: size.default(6),
  num_heads: size.default(8),
  relative_attention_num_buckets: size.default(32),
  relative_attention_max_distance: size.default(128),
  layer_norm_epsilon: z.number().gt(0).default(1e-6),
  feed_forward_proj: z.enum(['relu', 'gated-gelu', 'gated-silu', 'gated-relu']).default('relu'),
});

/** `text_encoder/config.json` of a diffusers folder; a key that is missing has the default of transformers. */
export type T5Config = z.output<typeof schema>;

/** @throws UngrainError `bad-config`: the key and what it may be */
export function parseT5Config(json: unknown, file: string): T5Config {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new UngrainError('bad-config', `${file} is of no T5 encoder: '${path.join('.')}': ${message}.`, 'failure');
}
