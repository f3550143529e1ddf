import { UngrainError } from '@ungrain/core';
import { z } from 'zod';

const downBlock = z.enum(['ResnetDownsampleBlock2D', 'SimpleCrossAttnDownBlock2D']);
const upBlock = z.enum(['ResnetUpsampleBlock2D', 'SimpleCrossAttnUpBlock2D']);
const activation = z.enum(['gelu', 'silu', 'swish', 'relu', 'mish']);
const channels = z.int().min(1).max(65_536);
/** One for all blocks, or one for each. */
const perBlock = <T extends z.ZodType>(schema: T) => z.union([schema, z.array(schema)]);

/**
 * `unet/config.json` of a diffusers folder, as far as DeepFloyd IF's UNets use it; a key that is missing has the default of
 * diffusers. Keys that change nothing here are ignored; values that would build another network are refused.
 */
const schema = z.object({
  _class_name: z.literal('UNet2DConditionModel'),
  sample_size: z.union([z.int(), z.array(z.int())]).nullish(),
  in_channels: channels.default(4),
  out_channels: channels.default(4),
  center_input_sample: z.boolean().default(false),
  flip_sin_to_cos: z.boolean().default(true),
  freq_shift: z.number().default(0),
  down_block_types: z.array(downBlock).min(1),
  mid_block_type: z.literal('UNetMidBlock2DSimpleCrossAttn'),
  up_block_types: z.array(upBlock).min(1),
  only_cross_attention: perBlock(z.boolean()).default(false),
  mid_block_only_cross_attention: z.boolean().nullish(),
  block_out_channels: z.array(channels).min(1).max(16).default([320, 640, 1280, 1280]),
  layers_per_block: perBlock(z.int().min(1).max(64)).default(2),
  mid_block_scale_factor: z.number().gt(0).default(1),
  act_fn: activation.default('silu'),
  norm_num_groups: z.int().min(1).default(32),
  norm_eps: z.number().gt(0).default(1e-5),
  cross_attention_dim: perBlock(channels).default(1280),
  cross_attention_norm: z.enum(['group_norm', 'layer_norm']).nullish(),
  encoder_hid_dim: channels.nullish(),
  encoder_hid_dim_type: z.literal('text_proj').nullish(),
  attention_head_dim: perBlock(z.int().min(1)).default(8),
  class_embed_type: z.literal('timestep').nullish(),
  addition_embed_type: z.literal('text').nullish(),
  addition_embed_type_num_heads: z.int().min(1).default(64),
  resnet_time_scale_shift: z.enum(['default', 'scale_shift']).default('default'),
  resnet_skip_time_act: z.boolean().default(false),
  resnet_out_scale_factor: z.number().gt(0).default(1),
  time_embedding_dim: channels.nullish(),
  time_embedding_act_fn: activation.nullish(),
  time_embedding_type: z.literal('positional').default('positional'),
  conv_in_kernel: z.int().min(1).default(3),
  conv_out_kernel: z.int().min(1).default(3),
  // Other networks have these; with them the weights would not fit.
  num_attention_heads: z.null().optional(),
  num_class_embeds: z.null().optional(),
  time_cond_proj_dim: z.null().optional(),
  timestep_post_act: z.null().optional(),
  projection_class_embeddings_input_dim: z.null().optional(),
  class_embeddings_concat: z.literal(false).optional(),
  dual_cross_attention: z.literal(false).optional(),
});

export type Activation = z.output<typeof activation>;

/** A UNet block by block, encoder order; what the config gives once for all is spread. */
export interface UnetConfig extends Omit<
  z.output<typeof schema>,
  'only_cross_attention' | 'layers_per_block' | 'cross_attention_dim' | 'attention_head_dim'
> {
  readonly onlyCrossAttention: readonly boolean[];
  readonly midOnlyCrossAttention: boolean;
  readonly layersPerBlock: readonly number[];
  readonly crossAttentionDim: readonly number[];
  readonly attentionHeadDim: readonly number[];
  /** Features of the summed embedding of time, noise level and text. */
  readonly embeddingDim: number;
  /** Features of the text states as they come from the encoder. */
  readonly textDim: number;
}

/**
 * Reads a UNet's config.
 * @param file for messages
 * @throws UngrainError `bad-config`: the key and what it may be
 */
export function parseUnetConfig(json: unknown, file: string): UnetConfig {
  const refuse = (reason: string): never => {
    throw new UngrainError('bad-config', `${file} is of no UNet that DeepFloyd IF uses: ${reason}.`, 'failure');
  };
  const result = schema.safeParse(json);
  if (!result.success) {
    const { path, message } = result.error.issues[0]!;
    return refuse(`'${path.join('.')}': ${message}`);
  }
  const config = result.data;
  const count = config.block_out_channels.length;
  const spread = <T>(key: string, value: T | readonly T[]): readonly T[] => {
    const list = Array.isArray(value) ? (value as readonly T[]) : new Array<T>(count).fill(value as T);
    return list.length === count ? list : refuse(`'${key}' has ${list.length} entries for ${count} blocks`);
  };
  const { only_cross_attention, layers_per_block, cross_attention_dim, attention_head_dim, ...others } = config;
  spread('down_block_types', config.down_block_types);
  spread('up_block_types', config.up_block_types);
  const onlyCrossAttention = spread('only_cross_attention', only_cross_attention);
  const crossAttentionDim = spread('cross_attention_dim', cross_attention_dim);
  if (config.encoder_hid_dim && new Set(crossAttentionDim).size > 1)
    refuse(`'encoder_hid_dim' projects the text to one size, and 'cross_attention_dim' has several`);
  return {
    ...others,
    onlyCrossAttention,
    midOnlyCrossAttention: config.mid_block_only_cross_attention ?? onlyCrossAttention[0]!,
    layersPerBlock: spread('layers_per_block', layers_per_block),
    crossAttentionDim,
    attentionHeadDim: spread('attention_head_dim', attention_head_dim),
    embeddingDim: config.time_embedding_dim ?? 4 * config.block_out_channels[0]!,
    textDim: config.encoder_hid_dim ?? crossAttentionDim[0]!,
  };
}
