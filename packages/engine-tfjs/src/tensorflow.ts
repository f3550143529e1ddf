import type * as core from '@tensorflow/tfjs-core';

/** TensorFlow.js, whichever package it comes from: all of them have what the core has. */
export type Tensorflow = typeof core;
export type TfTensor = core.Tensor;

/** An attribute of a TensorFlow operation, as the native library's binding wants it. */
interface NativeAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What only the native library (tfjs-node, tfjs-node-gpu) has: any operation of TensorFlow's, by its name. */
export interface NativeBackend {
  readonly isGPUPackage: boolean;
  readonly binding: Readonly<
    { readonly TF_Version: string } & Record<
      'TF_FLOAT' | 'TF_ATTR_TYPE' | 'TF_ATTR_FLOAT' | 'TF_ATTR_STRING' | 'TF_ATTR_BOOL',
      number
    >
  >;
  executeMultipleOutputs(
    name: string,
    attributes: readonly NativeAttribute[],
    inputs: readonly TfTensor[],
    outputs: number,
  ): TfTensor[];
}

/** The native library's backend; null if operations run elsewhere. */
export const nativeBackend = (tf: Tensorflow): NativeBackend | null =>
  tf.getBackend() === 'tensorflow' ? (tf.backend() as unknown as NativeBackend) : null;
