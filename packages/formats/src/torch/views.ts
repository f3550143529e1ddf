import { formatShape, type DType, type Shape, type Value } from '@ungrain/core';
import type { Refuse } from '../refusal.js';
import { byteLengthOf, bytesPerElement, valueOverBytes } from '../value-bytes.js';
import { isCount, type Storage } from './storages.js';

/** A tensor as a pickle describes it, unchecked: its first element, its shape, and the steps between elements. */
export interface ViewDescription {
  readonly offset: unknown;
  readonly size: unknown;
  readonly stride: unknown;
}

/** Reads a tensor that is a view of a storage. */
export type ReadView = (storage: Storage, dtype: DType, description: ViewDescription) => Value;

const LARGEST_RANK = 64;
/** Beyond its own size a file may not make us copy more than so many times it, nor more than this where it is small. */
const COPIED_TIMES = 4;
const COPIED_AT_LEAST = 65_536;

/**
 * Views share the storage's memory where their elements follow each other, and are copied where not. All copies of a
 * file together are limited: a stride of 0 makes any number of elements out of one.
 */
export function createViews(fileLength: number, refuse: Refuse): ReadView {
  let budget = COPIED_AT_LEAST + COPIED_TIMES * fileLength;
  return (storage, dtype, description) => {
    const { offset, size, stride } = checkDescription(description, refuse);
    const length = byteLengthOf(size, dtype) ?? refuse(`a tensor of it has the shape ${formatShape(size)}`);
    const width = bytesPerElement(dtype);
    const available = storage.bytes.length / width;
    const isEmpty = size.includes(0);
    // The last element; a product that was rounded is far beyond any storage.
    const last = size.reduce((sum, n, i) => sum + (n - 1) * stride[i]!, offset);
    if (!Number.isInteger(available) || offset > available || (!isEmpty && last >= available))
      refuse(`a tensor of it reaches beyond its storage '${storage.key}'`);
    if (isEmpty || isContiguous(size, stride))
      return valueOverBytes(dtype, storage.bytes.subarray(offset * width, offset * width + length), size);
    budget -= length;
    if (budget < 0) refuse('its tensors repeat their elements to many times the size of the file');
    return valueOverBytes(dtype, gather(storage.bytes, width, { offset, size, stride }, length), size);
  };
}

interface View {
  readonly offset: number;
  readonly size: Shape;
  readonly stride: Shape;
}

function checkDescription({ offset, size, stride }: ViewDescription, refuse: Refuse): View {
  if (!isCount(offset) || !isCounts(size) || !isCounts(stride) || size.length !== stride.length)
    return refuse('a tensor of it has no proper shape, strides or offset');
  if (size.length > LARGEST_RANK) refuse(`a tensor of it has ${size.length} dimensions`);
  return { offset, size: [...size], stride };
}

const isCounts = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && Object.isFrozen(value) && value.every(isCount);

/** Row-major without gaps; the strides of dimensions of 1 do not matter. */
function isContiguous(size: Shape, stride: Shape): boolean {
  let expected = 1;
  for (let i = size.length - 1; i >= 0; i--) {
    if (size[i] !== 1 && stride[i] !== expected) return false;
    expected *= size[i]!;
  }
  return true;
}

/** The elements of a view in row-major order, as bytes. */
function gather(bytes: Uint8Array, width: number, { offset, size, stride }: View, length: number): Uint8Array {
  const result = new Uint8Array(length);
  const index = new Array<number>(size.length).fill(0);
  let from = offset * width;
  for (let at = 0; at < length; at += width) {
    for (let i = 0; i < width; i++) result[at + i] = bytes[from + i]!;
    for (let axis = size.length - 1; axis >= 0; axis--) {
      from += stride[axis]! * width;
      if (++index[axis]! < size[axis]!) break;
      from -= size[axis]! * stride[axis]! * width;
      index[axis] = 0;
    }
  }
  return result;
}
