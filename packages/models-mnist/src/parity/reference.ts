import { UngrainError, type Tensor, type Value } from '@ungrain/core';
import type { ParitySource } from '@ungrain/core/parity';
import { CLASSES, type UnetKind } from '../unet.js';

export const FOLDER = 'unet';
export const SETTINGS = `${FOLDER}/settings.json`;

/** What the reference's networks were trained with. */
export interface UnetSettings {
  /** The hidden size. */
  readonly D: number;
  readonly steps: number;
  readonly sigma: number;
}

/** Hyper-parameters of one 20-step run, and what came out of it. */
export interface RunInfo {
  readonly optimizer: string;
  readonly hyper: {
    readonly lr: number;
    readonly betas: readonly [number, number];
    readonly eps: number;
    readonly weight_decay?: number;
    readonly final_factor?: number;
    readonly decay?: number;
    readonly max_norm?: number;
  };
  readonly gamma_per_step: number | null;
  readonly lrs: readonly number[];
  readonly val_loss_eval_f32: number;
  readonly adam_step_count?: number;
  /** losses_f32, losses_f64, grad_norms_before_clip_f32 … */
  readonly [series: string]: unknown;
}

export interface KindInfo {
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  readonly buffers: Readonly<Record<string, readonly number[]>>;
  readonly parameter_count: number;
  readonly noise_gradient_parameters: readonly string[];
  readonly one_step: { readonly loss_f32: number; readonly loss_f64: number; readonly grad_norm_f64: number };
  readonly runs: Readonly<Record<string, RunInfo>>;
  readonly sample?: {
    readonly steps: number;
    readonly t_values: readonly number[];
    readonly gamma?: number;
    readonly out_max_abs?: number;
  };
}

/** Batches as the objective's inputs. */
export type Feeds = Readonly<Record<string, Value>>;

/** The reference of one network: settings, numbers and tensors by file. */
export interface Reference {
  readonly kind: UnetKind;
  readonly settings: UnetSettings;
  readonly info: KindInfo;
  readonly train: readonly Feeds[];
  readonly validation: Feeds;
  /** Tensors of `KIND/NAME.safetensors`; null if the set has no such file. */
  file(name: string): Promise<ReadonlyMap<string, Value> | null>;
}

export async function readReference(source: ParitySource, kind: UnetKind): Promise<Reference> {
  const batches = await source.tensors(`${FOLDER}/batches.safetensors`);
  const settings = (await source.json(SETTINGS)) as UnetSettings;
  const info = (await source.json(`${FOLDER}/${kind}/info.json`)) as KindInfo;
  return {
    kind,
    settings,
    info,
    train: Array.from({ length: settings.steps }, (_, step) => feeds(batches, 'train', kind, step)),
    validation: feeds(batches, 'val', kind, null),
    async file(name) {
      const path = `${FOLDER}/${kind}/${name}.safetensors`;
      return (await source.exists(path)) ? source.tensors(path) : null;
    },
  };
}

function feeds(batches: ReadonlyMap<string, Value>, split: string, kind: UnetKind, step: number | null): Feeds {
  const part = (name: string): { data: ArrayLike<number | bigint>; shape: readonly number[] } => {
    const { data, shape } = wanted(batches, `${split}.${name}`);
    if (step === null) return { data, shape };
    const size = data.length / shape[0]!;
    return { data: data.slice(step * size, (step + 1) * size), shape: shape.slice(1) };
  };
  const floats = ({ data }: { data: ArrayLike<number | bigint> }): Float32Array => Float32Array.from(data, Number);
  const pixels = part('images_u8');
  const [rows, height, width] = pixels.shape as [number, number, number];
  const shape = [rows, 1, height, width];
  const keep = floats(part('keep'));
  const c = new Float32Array(rows * CLASSES);
  floats(part('labels')).forEach((label, row) => (c[row * CLASSES + label] = keep[row]!));
  const all: Feeds = {
    images: { dtype: 'float32', data: floats(pixels).map((byte) => byte / 255), shape },
    noise: { dtype: 'float32', data: floats(part('noise')), shape },
    t: { dtype: 'float32', data: floats(part('t')), shape: [rows, 1] },
    c: { dtype: 'float32', data: c, shape: [rows, CLASSES] },
  };
  return Object.fromEntries(INPUTS[kind].map((name) => [name, all[name]!]));
}

/** The objective's inputs by kind. */
const INPUTS: Readonly<Record<UnetKind, readonly string[]>> = {
  uncond: ['images', 'noise'],
  time: ['images', 'noise', 't'],
  class: ['images', 'noise', 't', 'c'],
};

export function wanted(tensors: ReadonlyMap<string, Value>, name: string): Value {
  const found = tensors.get(name);
  if (!found) throw new UngrainError('missing-tensor', `The reference has no tensor '${name}'.`, 'failure');
  return found;
}

/** A float32 tensor of the reference. */
export function tensorOf(tensors: ReadonlyMap<string, Value>, name: string): Tensor {
  const { dtype, data, shape } = wanted(tensors, name);
  if (dtype !== 'float32') throw new UngrainError('missing-tensor', `'${name}' is ${dtype}, not float32.`, 'failure');
  return { data, shape };
}

/** The float32 tensors whose names start with `prefix.`, without it. */
export function tensorsBelow(tensors: ReadonlyMap<string, Value>, prefix: string): Map<string, Tensor> {
  const found = new Map<string, Tensor>();
  for (const [name, { dtype, data, shape }] of tensors)
    if (name.startsWith(`${prefix}.`) && dtype === 'float32') found.set(name.slice(prefix.length + 1), { data, shape });
  return found;
}
