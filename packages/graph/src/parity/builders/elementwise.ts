import type { Node } from '../../node.js';
import * as ops from '../../ops.js';
import type { Builder, Builders, PatternBuilder } from '../builder.js';

const unary =
  (f: (x: Node) => Node): Builder =>
  ({ x }) =>
    f(x!);

const binary =
  (f: (a: Node, b: Node) => Node): Builder =>
  ({ a, b }) =>
    f(a!, b!);

export const elementwiseBuilders: Builders = {
  add: binary(ops.add),
  sub: binary(ops.subtract),
  mul: binary(ops.multiply),
  div: binary(ops.divide),
  minimum: binary(ops.minimum),
  maximum: binary(ops.maximum),
  'a*a, one tensor used twice': ({ a }) => ops.multiply(a!, a!),
  '(a+2a-a/3)*sum(a)': ({ a }) =>
    ops.multiply(ops.subtract(ops.add(a!, ops.multiply(a!, 2)), ops.divide(a!, 3)), ops.sum(a!)),
  exp: unary(ops.exp),
  expm1: unary(ops.expm1),
  log: unary(ops.log),
  log1p: unary(ops.log1p),
  log2: unary(ops.log2),
  sqrt: unary(ops.sqrt),
  rsqrt: unary(ops.rsqrt),
  reciprocal: unary(ops.reciprocal),
  square: unary(ops.square),
  sin: unary(ops.sin),
  cos: unary(ops.cos),
  erf: unary(ops.erf),
  atan: unary(ops.atan),
  neg: unary(ops.negate),
  abs: unary(ops.abs),
  'sign(x)*x': ({ x }) => ops.multiply(ops.sign(x!), x!),
  'round(x)+x': ({ x }) => ops.add(ops.round(x!), x!),
  pow: ({ x, y }, attributes) => ops.pow(x!, y ?? attributes.number('exponent')),
  clamp: ({ x }, attributes) =>
    ops.clamp(x!, {
      ...(attributes.has('min') && { min: attributes.number('min') }),
      ...(attributes.has('max') && { max: attributes.number('max') }),
    }),
  where: ({ m, a, b }) => ops.where(m!, a!, b!),
  // ln x where it exists: the logarithm of the other branch must not poison the gradient
  'where with safe branch': ({ x }) => {
    const positive = ops.greater(x!, 0);
    return ops.where(positive, ops.log(ops.where(positive, x!, 1)), 0);
  },
  lerp: ({ a, b, w }) => ops.lerp(a!, b!, w!),
  remainder: ({ x }, attributes) => ops.remainder(x!, attributes.number('divisor')),
};

export const elementwisePatterns: readonly PatternBuilder[] = [
  [/^([\d.]+)\*\*y$/, ({ y }, base) => ops.pow(Number(base), y!)],
];
