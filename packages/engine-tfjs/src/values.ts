import { UngrainError, type Value } from '@ungrain/core';
import type { ConstantNode, Node } from '@ungrain/graph';
import type { Tensorflow, TfTensor } from './tensorflow.js';

/** TensorFlow.js has no 64-bit integers; indices and labels are int32 there. */
const [SMALLEST, LARGEST] = [-(2n ** 31n), 2n ** 31n - 1n];

/**
 * A value as a tensor of TensorFlow.js.
 * @throws UngrainError `bad-input` if a whole number does not fit into 32 bits
 */
export function toTf(tf: Tensorflow, { dtype, data, shape }: Value | ConstantNode): TfTensor {
  const sizes = [...shape];
  if (dtype === 'int64') return tf.tensor(Int32Array.from(data as BigInt64Array, inInt32), sizes, 'int32');
  if (dtype === 'bool') return tf.tensor((data as Uint8Array).slice(), sizes, 'bool');
  return tf.tensor((data as Float32Array).slice(), sizes, 'float32'); // the library keeps the array it is given
}

function inInt32(value: bigint): number {
  if (value < SMALLEST || value > LARGEST)
    throw new UngrainError('bad-input', `The tfjs engine has 32-bit whole numbers, and ${value} is none.`);
  return Number(value);
}

/** The value of an output of a graph. */
export async function fromTf(tensor: TfTensor, { dtype, shape }: Pick<Node, 'dtype' | 'shape'>): Promise<Value> {
  const data = await tensor.data();
  if (dtype === 'int64') return { dtype, data: BigInt64Array.from(data as Int32Array, BigInt), shape };
  if (dtype === 'bool') return { dtype, data: Uint8Array.from(data as Uint8Array), shape };
  return { dtype, data: Float32Array.from(data as Float32Array), shape };
}
