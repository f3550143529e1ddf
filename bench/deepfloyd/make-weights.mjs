#!/usr/bin/env node
/**
 * Random weights of DeepFloyd IF's sizes in a diffusers folder, for measuring memory and time:
 *
 *   node bench/deepfloyd/make-weights.mjs I-M /somewhere/large [--fp16]
 *
 * The published sizes, as far as they are known: blocks of 192·[1, 2, 3, 4] channels for I-M and 320·[1, 2, 3, 4] for I-L,
 * 192·[1, 2, 4, 6, 6] for II-L; `I-XL-1` has I-XL's 704·[1, 2, 3, 4] with one layer a block instead of three; T5-XXL with as many
 * layers as asked for, `T5-XXL-2`.
 */
import { Buffer } from 'node:buffer';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeFloat16 } from '@ungrain/formats';
import { t5Declarations, unetDeclarations } from '@ungrain/models-deepfloyd';

const RESNET_DOWN = 'ResnetDownsampleBlock2D';
const ATTENTION_DOWN = 'SimpleCrossAttnDownBlock2D';
const RESNET_UP = 'ResnetUpsampleBlock2D';
const ATTENTION_UP = 'SimpleCrossAttnUpBlock2D';

const UNET = {
  _class_name: 'UNet2DConditionModel',
  act_fn: 'gelu',
  addition_embed_type: 'text',
  addition_embed_type_num_heads: 64,
  attention_head_dim: 64,
  cross_attention_norm: 'group_norm',
  encoder_hid_dim: 4096,
  encoder_hid_dim_type: 'text_proj',
  mid_block_type: 'UNetMidBlock2DSimpleCrossAttn',
  norm_num_groups: 32,
  out_channels: 6,
  resnet_time_scale_shift: 'scale_shift',
};

const stage1 = (width, layers = 3) => ({
  ...UNET,
  in_channels: 3,
  sample_size: 64,
  block_out_channels: [1, 2, 3, 4].map((factor) => width * factor),
  cross_attention_dim: 4 * width,
  layers_per_block: layers,
  down_block_types: [RESNET_DOWN, ATTENTION_DOWN, ATTENTION_DOWN, ATTENTION_DOWN],
  up_block_types: [ATTENTION_UP, ATTENTION_UP, ATTENTION_UP, RESNET_UP],
});

const stage2 = (width) => ({
  ...UNET,
  in_channels: 6,
  sample_size: 256,
  block_out_channels: [1, 2, 4, 6, 6].map((factor) => width * factor),
  cross_attention_dim: 6 * width,
  layers_per_block: [2, 2, 3, 5, 5],
  class_embed_type: 'timestep',
  only_cross_attention: true,
  resnet_skip_time_act: true,
  time_embedding_act_fn: 'gelu',
  time_embedding_dim: 6 * width,
  resnet_out_scale_factor: 1 / 0.7071,
  mid_block_scale_factor: 1 / 0.7071,
  down_block_types: [RESNET_DOWN, RESNET_DOWN, RESNET_DOWN, ATTENTION_DOWN, ATTENTION_DOWN],
  up_block_types: [ATTENTION_UP, ATTENTION_UP, RESNET_UP, RESNET_UP, RESNET_UP],
});

/** Features of one head of T5-XXL. */
const T5_HEAD = 64;

const t5 = (layers) => ({
  architectures: ['T5EncoderModel'],
  model_type: 't5',
  vocab_size: 32128,
  d_model: 4096,
  d_kv: T5_HEAD,
  d_ff: 10240,
  num_layers: layers,
  num_heads: 64,
  feed_forward_proj: 'gated-gelu',
  is_encoder_decoder: false,
  use_cache: false,
});

let seed = 1;
let spare = null;

const { positionals, values } = parseArgs({ allowPositionals: true, options: { fp16: { type: 'boolean' } } });
const [name = '', folder] = positionals;
const made = modelOf(name);
if (!made || !folder) {
  console.error('Usage: node bench/deepfloyd/make-weights.mjs I-M|I-L|I-XL-1|II-L|T5-XXL-LAYERS FOLDER [--fp16]');
  process.exit(2);
}
const at = join(folder, made.part);
await mkdir(at, { recursive: true });
await writeFile(join(at, 'config.json'), JSON.stringify(made.config, null, 2));
await writeWeights(join(at, `${made.stem}${values.fp16 ? '.fp16' : ''}.safetensors`), made.declarations);

function modelOf(model) {
  const unets = { 'I-M': stage1(192), 'I-L': stage1(320), 'I-XL-1': stage1(704, 1), 'II-L': stage2(192) };
  const [, layers] = /^T5-XXL-(\d+)$/.exec(model) ?? [];
  if (layers !== undefined) {
    const config = t5(Number(layers));
    return { part: 'text_encoder', stem: 'model', config, declarations: t5Declarations(config) };
  }
  const config = unets[model];
  return config && { part: 'unet', stem: 'diffusion_pytorch_model', config, declarations: unetDeclarations(config) };
}

/** One tensor after the other: the file may be larger than the memory. */
async function writeWeights(path, declarations) {
  const width = values.fp16 ? 2 : 4;
  const header = {};
  let end = 0;
  for (const { name, shape } of declarations) {
    const size = shape.reduce((product, length) => product * length, 1) * width;
    header[name] = { dtype: values.fp16 ? 'F16' : 'F32', shape, data_offsets: [end, end + size] };
    end += size;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = await open(path, 'w');
  await file.write(Buffer.concat([length, text]));
  for (const declaration of declarations) await file.write(bytesOf(declaration));
  await file.close();
  console.log(JSON.stringify({ path, bytes: 8 + text.length + end }));
}

/** Normal, such that activations neither grow nor vanish: norms of one, biases of zero, weights of variance 1/fan-in. */
function bytesOf({ name, shape }) {
  const size = shape.reduce((product, length) => product * length, 1);
  const data = new Float32Array(size);
  if (shape.length === 1) data.fill(name.endsWith('weight') ? 1 : 0);
  else {
    const deviation = deviationOf(name, size / shape[0]);
    for (let i = 0; i < size; i++) data[i] = normal() * deviation;
  }
  const stored = values.fp16 ? encodeFloat16(data) : data;
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

/** T5 does not scale its scores: its queries begin smaller, as its embedding begins with a variance of one (Raffel et al. 2020). */
function deviationOf(name, fanIn) {
  if (name === 'shared.weight') return 1;
  const scale = name.endsWith('SelfAttention.q.weight') ? T5_HEAD : 1;
  return 1 / Math.sqrt(fanIn * scale);
}

/** By the polar method (Marsaglia & Bray 1964). */
function normal() {
  if (spare !== null) {
    const kept = spare;
    spare = null;
    return kept;
  }
  for (;;) {
    const [u, v] = [2 * random() - 1, 2 * random() - 1];
    const square = u * u + v * v;
    if (square >= 1 || square === 0) continue;
    const factor = Math.sqrt((-2 * Math.log(square)) / square);
    spare = v * factor;
    return u * factor;
  }
}

/** Uniform in 0 … 1, by Marsaglia's xorshift. */
function random() {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) / 2 ** 32;
}
