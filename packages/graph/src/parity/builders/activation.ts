import * as ops from '../../ops.js';
import type { Builders, PatternBuilder } from '../builder.js';

export const activationBuilders: Builders = {
  gelu_erf: ({ x }) => ops.gelu(x!),
  gelu_tanh: ({ x }) => ops.geluTanh(x!),
  silu: ({ x }) => ops.silu(x!),
  sigmoid: ({ x }) => ops.sigmoid(x!),
  tanh: ({ x }) => ops.tanh(x!),
  softplus: ({ x }) => ops.softplus(x!),
  elu: ({ x }, attributes) => ops.elu(x!, attributes.number('alpha', 1)),
  mish: ({ x }) => ops.mish(x!),
  hardswish: ({ x }) => ops.hardswish(x!),
  relu: ({ x }) => ops.relu(x!),
  relu6: ({ x }) => ops.relu6(x!),
  logsigmoid: ({ x }) => ops.logSigmoid(x!),
  'first half * gelu_erf(second half), last dim': ({ x }) => ops.geglu(x!),
  'silu(x)*y': ({ x, y }) => ops.swiglu(x!, y!),
  softmax: ({ x }, attributes) => ops.softmax(x!, attributes.number('dim', -1)),
  log_softmax: ({ x }, attributes) => ops.logSoftmax(x!, attributes.number('dim', -1)),
  logsumexp: ({ x }, attributes) =>
    ops.logSumExp(x!, attributes.numbers('dim'), { keepDims: attributes.flag('keepdim', false) }),
};

export const activationPatterns: readonly PatternBuilder[] = [
  // the slope's digits without their point: 02 is 0.2
  [/^leaky_relu_(\d)(\d*)$/, ({ x }, ones, decimals) => ops.leakyRelu(x!, Number(`${ones}.${decimals}`))],
  [/^x\*sigmoid\(([\d.]+)x\)$/, ({ x }, slope) => ops.quickGelu(x!, Number(slope))],
];
