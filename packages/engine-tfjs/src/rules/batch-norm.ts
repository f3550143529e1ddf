import { sizeOf } from '@ungrain/core';
import type { Node, OperationNode, ops } from '@ungrain/graph';
import { deviations } from '../kernels/deviations.js';
import { fusedBatchNorm, fusedBatchNormGradient } from '../kernels/fused-batch-norm.js';
import type { Builder } from '../program/builder.js';
import type { Register } from '../program/program.js';
import type { Tensorflow, TfTensor } from '../tensorflow.js';
import type { AttributesOf, Rules } from './rule.js';

/**
 * Batch normalisation with the batch's statistics. The native library does all of it in one operation, and all of its
 * gradient in another; elsewhere both are made of basic operations. Either way what several rules need (statistics,
 * the three gradients) is one call with several results, made once.
 */

type Attributes = AttributesOf<typeof ops.batchNormOperator>;
type Statistics = {
  readonly y: Register;
  readonly mean: Register;
  readonly variance: Register;
  readonly reserve: readonly Register[];
};

/** Everything but the channels of an image as it is held. */
const PIXELS = [0, 1, 2];

/** x [N, C, …] as an image [N, C, H, W] held with its channels last. */
function asImage(build: Builder, x: Register): Register {
  const [n, channels, ...inner] = x.shape as readonly [number, number, ...number[]];
  const shape = x.shape.length === 4 ? x.shape : [n, channels, sizeOf(inner), 1];
  return build.image(build.reshape(x, shape));
}

/** y, the mean and the population variance of each channel, and what the gradient wants to have again. */
function normalise(build: Builder, x: Register, gamma: Register, beta: Register, { epsilon }: Attributes): Statistics {
  const image = asImage(build, x);
  const channels = { shape: [image.shape[1]!] };
  const scaling = [build.plain(gamma), build.plain(beta)];
  if (build.native) {
    const { pivot, centred } = pivoted(build, image);
    const count = sizeOf(image.shape) / image.shape[1]!;
    const [y, mean, variance, ...reserve] = build.calls(
      'fusedBatchNorm',
      [centred, ...scaling],
      [image, channels, channels, channels, channels, { shape: [0] }],
      (tf, [t, g, b]) => fusedBatchNorm(tf, t!, g!, b!, { epsilon, count }),
      { epsilon },
    );
    const whole = build.call('pivoted mean', [mean!, pivot], channels, (tf, [m, p]) => tf.add(m!, p!));
    return { y: y!, mean: whole, variance: variance!, reserve };
  }
  const { mean, variance } = statistics(build, image);
  const y = build.call(
    'batchNorm',
    [image, ...scaling],
    image,
    (tf, [t, g, b]) => {
      const { normalised } = standardised(tf, t!, epsilon);
      return tf.add(tf.mul(normalised, g!), b!);
    },
    { epsilon },
  );
  return { y, mean, variance, reserve: [] };
}

/**
 * x less the mean of its first image, channel by channel: where a mean is large and the variance small, the fused
 * operation would lose digits. It costs one pass over x, which is not kept then.
 */
function pivoted(build: Builder, image: Register): { readonly pivot: Register; readonly centred: Register } {
  const [, channels, height, width] = image.shape as readonly [number, number, number, number];
  const pivot = build.call('pivot', [image], { shape: [channels] }, (tf, [t]) =>
    tf.mean(tf.slice(t!, [0, 0, 0, 0], [1, height, width, channels]), PIXELS),
  );
  return { pivot, centred: build.call('centred', [image, pivot], image, (tf, [t, p]) => tf.sub(t!, p!)) };
}

/** Mean and population variance of each channel, [C] each. */
function statistics(build: Builder, image: Register): Pick<Statistics, 'mean' | 'variance'> {
  const channels = { shape: [image.shape[1]!] };
  const [mean, variance] = build.calls('batchStatistics', [image], [channels, channels], (tf, [t]) => {
    const parts = deviations(tf, t!, PIXELS);
    return [tf.reshape(parts.mean, channels.shape), tf.reshape(parts.variance, channels.shape)];
  });
  return { mean: mean!, variance: variance! };
}

/** x̂ = (x − μ)·r and r = 1/√(σ² + ε). */
function standardised(tf: Tensorflow, x: TfTensor, epsilon: number): { normalised: TfTensor; scale: TfTensor } {
  const { deviation, variance } = deviations(tf, x, PIXELS);
  const scale = tf.rsqrt(tf.add(variance, epsilon));
  return { normalised: tf.mul(deviation, scale), scale };
}

/** dx, dγ and dβ: dx = γr·(dy − mean(dy) − x̂·mean(dy·x̂)), dγ = Σ dy·x̂, dβ = Σ dy. */
function gradientsOf(build: Builder, node: OperationNode): readonly Register[] {
  const [x, gamma, dy] = node.inputs.map((operand) => build.of(operand)) as [Register, Register, Register];
  const attributes = node.attributes as Attributes;
  const { epsilon } = attributes;
  const [image, flow] = [asImage(build, x), asImage(build, dy)];
  const channels = { shape: [image.shape[1]!] };
  if (build.native) {
    const beta = betaOf(build, node) ?? gamma; // the gradient does not depend on it
    const { reserve } = normalise(build, x, gamma, beta, attributes);
    return build.calls(
      'fusedBatchNormGradient',
      [flow, pivoted(build, image).centred, build.plain(gamma), ...reserve],
      [image, channels, channels],
      (tf, inputs) => fusedBatchNormGradient(tf, inputs, { epsilon }),
      { epsilon },
    );
  }
  return build.calls(
    'batchNormGradient',
    [image, build.plain(gamma), flow],
    [image, channels, channels],
    (tf, [t, g, d]) => {
      const { normalised, scale } = standardised(tf, t!, epsilon);
      const slope = tf.mean(tf.mul(d!, normalised), PIXELS, true);
      const inner = tf.sub(tf.sub(d!, tf.mean(d!, PIXELS, true)), tf.mul(normalised, slope));
      return [tf.mul(tf.mul(inner, scale), g!), tf.sum(tf.mul(d!, normalised), PIXELS), tf.sum(d!, PIXELS)];
    },
    { epsilon },
  );
}

/** The shift of the batch norm whose gradient is asked for: with it the forward call is the same one. */
function betaOf(build: Builder, { inputs: [x, gamma] }: OperationNode): Register | undefined {
  const forward = build.companion('batchNorm', x!, 0);
  return forward && forward.inputs[1] === gamma ? build.of(forward.inputs[2]!) : undefined;
}

/** The statistics of x: those of a batch norm that reads it, if there is one. */
function statisticsOf(build: Builder, x: Node): Pick<Statistics, 'mean' | 'variance'> {
  const forward = build.companion('batchNorm', x, 0);
  if (!forward || !build.native) return statistics(build, asImage(build, build.of(x)));
  const [input, gamma, beta] = forward.inputs.map((node) => build.of(node)) as [Register, Register, Register];
  return normalise(build, input, gamma, beta, forward.attributes as Attributes);
}

export const batchNormRules: Rules = {
  batchNorm: {
    lower: (build, [x, gamma, beta], { shape, attributes }) =>
      build.reshape(normalise(build, x!, gamma!, beta!, attributes as Attributes).y, shape),
  },

  batchNormInputGradient: {
    lower: (build, _inputs, node) => build.reshape(gradientsOf(build, node)[0]!, node.shape),
  },

  batchNormScaleGradient: {
    lower(build, [x, dy], node) {
      const whole = build.companion('batchNormInputGradient', node.inputs[1]!, 2);
      if (whole && whole.inputs[0] === node.inputs[0]) return gradientsOf(build, whole)[1]!;
      const { epsilon } = node.attributes as Attributes;
      const channels = { shape: node.shape };
      return build.call(
        'batchNormScaleGradient',
        [asImage(build, x!), asImage(build, dy!)],
        channels,
        (tf, [t, d]) => tf.sum(tf.mul(d!, standardised(tf, t!, epsilon).normalised), PIXELS),
        { epsilon },
      );
    },
  },

  batchNormShiftGradient: {
    lower(build, [dy], node) {
      const whole = build.companion('batchNormInputGradient', node.inputs[0]!, 2);
      if (whole) return gradientsOf(build, whole)[2]!;
      return build.call('batchNormShiftGradient', [asImage(build, dy!)], { shape: node.shape }, (tf, [d]) =>
        tf.sum(d!, PIXELS),
      );
    },
  },

  batchMean: { lower: (build, _inputs, node) => statisticsOf(build, node.inputs[0]!).mean },

  batchVariance: { lower: (build, _inputs, node) => statisticsOf(build, node.inputs[0]!).variance },

  /** With fixed statistics: y = x·s + (β − μ·s) with s = γ/√(σ² + ε). */
  batchNormInference: {
    lower(build, [x, ...perChannel], node) {
      const { epsilon } = node.attributes as Attributes;
      const image = asImage(build, x!);
      const channels = { shape: perChannel[0]!.shape };
      const [slope, shift] = build.calls(
        'batchNormCoefficients',
        perChannel.map((one) => build.plain(one)),
        [channels, channels],
        (tf, [gamma, beta, mean, variance]) => {
          const s = tf.div(gamma!, tf.sqrt(tf.add(variance!, epsilon)));
          return [s, tf.sub(beta!, tf.mul(mean!, s))];
        },
        { epsilon },
      );
      const y = build.call('batchNormInference', [image, slope!, shift!], image, (tf, [t, s, b]) =>
        tf.add(tf.mul(t!, s!), b!),
      );
      return build.reshape(y, node.shape);
    },
  },
};
