import type { Value } from '@ungrain/core';
import { valueOverBytes } from '../value-bytes.js';
import { readSafetensorsHeader, type HeaderOptions } from './header.js';

export interface Safetensors {
  /** By name, in the header's order. Names are data: they may be `__proto__`, empty, or look like paths. */
  readonly tensors: ReadonlyMap<string, Value>;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads a safetensors file. Tensors share the memory of `bytes` where that is aligned, and are copied where not.
 * (Little-endian machines only, as every browser's and nearly every server's.)
 *
 * Stricter than the reference reader: duplicate names, unknown fields of entries, numbers not written plainly, leading
 * white space and more than 64 dimensions are refused too. Format: https://huggingface.co/docs/safetensors
 *
 * @throws UngrainError `bad-safetensors`, whose message names the file and the reason
 */
export function readSafetensors(bytes: Uint8Array, { file }: Pick<HeaderOptions, 'file'> = {}): Safetensors {
  const { tensors, metadata } = readSafetensorsHeader(bytes, file === undefined ? {} : { file });
  const values = new Map<string, Value>();
  for (const [name, { dtype, shape, begin, end }] of tensors)
    values.set(name, valueOverBytes(dtype, bytes.subarray(begin, end), shape));
  return { tensors: values, metadata };
}
