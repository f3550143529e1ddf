import { nativeBackend, type NativeBackend, type Tensorflow, type TfTensor } from '../tensorflow.js';

/** FusedBatchNormV3 of TensorFlow and its gradient, which TensorFlow.js does not offer but the native library has. */

const attributesOf = ({ binding }: NativeBackend, epsilon: number) => [
  { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
  { name: 'U', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
  { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: epsilon },
  { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
  { name: 'is_training', type: binding.TF_ATTR_BOOL, value: true },
];

/**
 * x [N, H, W, C], γ and β [C] give y, the mean and the population variance of each channel, and three values that the
 * gradient wants.
 * @param count how many numbers a channel has
 */
export function fusedBatchNorm(
  tf: Tensorflow,
  x: TfTensor,
  gamma: TfTensor,
  beta: TfTensor,
  { epsilon, count }: { readonly epsilon: number; readonly count: number },
): readonly TfTensor[] {
  const backend = nativeBackend(tf)!;
  const none = tf.tensor1d([], 'float32');
  const averaging = { name: 'exponential_avg_factor', type: backend.binding.TF_ATTR_FLOAT, value: 1 };
  const attributes = [...attributesOf(backend, epsilon), averaging];
  const [y, mean, unbiased, ...reserve] = backend.executeMultipleOutputs(
    'FusedBatchNormV3',
    attributes,
    [x, gamma, beta, none, none],
    6,
  );
  return [y!, mean!, tf.mul(unbiased!, (count - 1) / count), ...reserve]; // it gives Σ(x − μ)² / (n − 1)
}

/** dy, x, γ and the three values of the forward call give dx, dγ and dβ. */
export function fusedBatchNormGradient(
  tf: Tensorflow,
  inputs: readonly TfTensor[],
  { epsilon }: { readonly epsilon: number },
): readonly TfTensor[] {
  const backend = nativeBackend(tf)!;
  return backend.executeMultipleOutputs('FusedBatchNormGradV3', attributesOf(backend, epsilon), inputs, 5).slice(0, 3);
}
