import type { ops } from '@ungrain/graph';
import { asTfKernel, convolve, kernelGradient, transposedConvolve } from '../kernels/convolution.js';
import type { Builder } from '../program/builder.js';
import type { Register } from '../program/program.js';
import type { AttributesOf, Rules } from './rule.js';

/** A weight in TensorFlow's order, made once for all that use it. */
function kernelOf(build: Builder, weight: Register): Register {
  const [out, channels, height, width] = weight.shape as readonly [number, number, number, number];
  const shape = [height, width, channels, out];
  return build.call('kernel', [build.plain(weight)], { shape }, (tf, [w]) => asTfKernel(tf, w!));
}

const withBias = (build: Builder, image: Register, bias: Register | undefined): Register =>
  bias ? build.call('bias', [image, bias], image, (tf, [x, b]) => tf.add(x!, b!)) : image;

type Convolution = AttributesOf<typeof ops.conv2dOperator>;
type WeightGradient = AttributesOf<typeof ops.conv2dWeightGradientOperator>;

export const convolutionRules: Rules = {
  conv2d: {
    lower(build, [x, weight, bias], { shape }, attributes: Convolution) {
      const operands = [build.image(x!), kernelOf(build, weight!)];
      const image = build.call(
        'conv2d',
        operands,
        { shape, channelsLast: true },
        (tf, [input, kernel]) => convolve(tf, input!, kernel!, attributes),
        attributes,
      );
      return withBias(build, image, bias);
    },
  },

  convTranspose2d: {
    lower(build, [x, weight, bias], { shape }, attributes: Convolution) {
      const operands = [build.image(x!), kernelOf(build, weight!)];
      const [, , height, width] = shape as readonly [number, number, number, number];
      const image = build.call(
        'convTranspose2d',
        operands,
        { shape, channelsLast: true },
        (tf, [input, kernel]) => transposedConvolve(tf, input!, kernel!, [height, width], attributes),
        attributes,
      );
      return withBias(build, image, bias);
    },
  },

  conv2dWeightGradient: {
    lower(build, [x, dy], { shape }, attributes: WeightGradient) {
      return build.call(
        'conv2dWeightGradient',
        [build.image(x!), build.image(dy!)],
        { shape },
        (tf, [input, flow]) =>
          tf.transpose(kernelGradient(tf, input!, flow!, attributes.kernel, attributes), [3, 2, 0, 1]),
        attributes,
      );
    },
  },
};
