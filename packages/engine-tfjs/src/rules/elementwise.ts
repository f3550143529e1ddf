import type { ops } from '@ungrain/graph';
import { pointwise, type AttributesOf, type Rules } from './rule.js';

/** Functions of one operand. */
export const unaryRules: Rules = {
  abs: pointwise((tf, [x]) => tf.abs(x!)),
  atan: pointwise((tf, [x]) => tf.atan(x!)),
  cast: pointwise((tf, [x]) => tf.cast(x!, 'float32')),
  clamp: pointwise<AttributesOf<typeof ops.clampOperator>>((tf, [x], { min, max }) => {
    const raised = min === undefined ? x! : tf.maximum(x!, min);
    return max === undefined ? raised : tf.minimum(raised, max);
  }),
  cos: pointwise((tf, [x]) => tf.cos(x!)),
  erf: pointwise((tf, [x]) => tf.erf(x!)),
  exp: pointwise((tf, [x]) => tf.exp(x!)),
  expm1: pointwise((tf, [x]) => tf.expm1(x!)),
  floor: pointwise((tf, [x]) => tf.floor(x!)),
  leakyRelu: pointwise<AttributesOf<typeof ops.leakyReluOperator>>((tf, [x], { slope }) => tf.leakyRelu(x!, slope)),
  log: pointwise((tf, [x]) => tf.log(x!)),
  log1p: pointwise((tf, [x]) => tf.log1p(x!)),
  negate: pointwise((tf, [x]) => tf.neg(x!)),
  reciprocal: pointwise((tf, [x]) => tf.reciprocal(x!)),
  relu: pointwise((tf, [x]) => tf.relu(x!)),
  round: pointwise((tf, [x]) => tf.round(x!)),
  sigmoid: pointwise((tf, [x]) => tf.sigmoid(x!)),
  sign: pointwise((tf, [x]) => tf.sign(x!)),
  sin: pointwise((tf, [x]) => tf.sin(x!)),
  softplus: pointwise((tf, [x]) => tf.softplus(x!)),
  sqrt: pointwise((tf, [x]) => tf.sqrt(x!)),
  stopGradient: { lower: (_build, [x]) => x! },
  tanh: pointwise((tf, [x]) => tf.tanh(x!)),
};

/** Functions of several operands, which broadcast. */
export const binaryRules: Rules = {
  add: pointwise((tf, [a, b]) => tf.add(a!, b!)),
  and: pointwise((tf, [a, b]) => tf.logicalAnd(a!, b!)),
  divide: pointwise((tf, [a, b]) => tf.div(a!, b!)),
  equal: pointwise((tf, [a, b]) => tf.equal(a!, b!)),
  greater: pointwise((tf, [a, b]) => tf.greater(a!, b!)),
  greaterOrEqual: pointwise((tf, [a, b]) => tf.greaterEqual(a!, b!)),
  less: pointwise((tf, [a, b]) => tf.less(a!, b!)),
  lessOrEqual: pointwise((tf, [a, b]) => tf.lessEqual(a!, b!)),
  maximum: pointwise((tf, [a, b]) => tf.maximum(a!, b!)),
  minimum: pointwise((tf, [a, b]) => tf.minimum(a!, b!)),
  multiply: pointwise((tf, [a, b]) => tf.mul(a!, b!)),
  not: pointwise((tf, [x]) => tf.logicalNot(x!)),
  or: pointwise((tf, [a, b]) => tf.logicalOr(a!, b!)),
  pow: pointwise((tf, [x, y]) => tf.pow(x!, y!)),
  subtract: pointwise((tf, [a, b]) => tf.sub(a!, b!)),
  where: pointwise((tf, [mask, a, b]) => tf.where(mask!, a!, b!)),
};
