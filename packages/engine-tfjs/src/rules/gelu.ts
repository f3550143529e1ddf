import type { Builder } from '../program/builder.js';
import type { Register } from '../program/program.js';
import type { Rules } from './rule.js';

/** Φ(x) = ½·(1 + erf(x/√2)): the gradient needs it too, so it is computed once. */
const cumulative = (build: Builder, x: Register): Register =>
  build.call('normal cumulative', [x], x, (tf, [t]) => tf.mul(tf.add(tf.erf(tf.mul(t!, Math.SQRT1_2)), 1), 0.5));

export const geluRules: Rules = {
  /** x·Φ(x) */
  gelu: {
    lower: (build, [x]) => build.call('gelu', [x!, cumulative(build, x!)], x!, (tf, [t, phi]) => tf.mul(t!, phi!)),
  },

  /** dy·(Φ(x) + x·φ(x)), with φ the density exp(−x²/2)/√(2π) = exp(−½·x² − ½·ln 2π). */
  geluGradient: {
    lower(build, inputs) {
      const [x, dy] = build.aligned(inputs, inputs[0]!.shape.length);
      return build.call('geluGradient', [x!, dy!, cumulative(build, x!)], x!, (tf, [t, flow, phi]) => {
        const exponent = tf.sub(tf.mul(tf.square(t!), -0.5), Math.log(2 * Math.PI) / 2);
        return tf.mul(tf.add(tf.mul(tf.exp(exponent), t!), phi!), flow!);
      });
    },
  },
};
