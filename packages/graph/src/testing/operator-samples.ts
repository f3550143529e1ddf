import { sizeOf, type Shape } from '@ungrain/core';
import { booleans, integers, type Node } from '../node.js';
import * as ops from '../ops.js';

/** What tests of engines and of gradients run operators on. */

/** A uniform number in [0, 1). */
export type Random = () => number;

/** An operand: its shape, and numbers that keep clear of its operator's kinks and poles. */
export interface Operand {
  readonly shape: Shape;
  readonly draw: (random: Random) => Float32Array;
}

const operand = (shape: Shape, draw: (random: Random) => number): Operand => ({
  shape,
  draw: (random) => Float32Array.from({ length: sizeOf(shape) }, () => draw(random)),
});

const between = (low: number, high: number, ...shape: number[]): Operand =>
  operand(shape, (random) => low + (high - low) * random());
const any = (...shape: number[]): Operand => between(-2, 2, ...shape);
const positive = (...shape: number[]): Operand => between(0.5, 2.5, ...shape);

/** Numbers at least 0.1 away from each of `kinks`. */
const clearOf =
  (...kinks: number[]) =>
  (...shape: number[]): Operand =>
    operand(shape, (random) => {
      const x = 4 * random() - 2;
      const kink = kinks.find((place) => Math.abs(x - place) < 0.1);
      return kink === undefined ? x : kink + (x < kink ? -0.1 : 0.1);
    });

/** Numbers at least 0.1 away from each other, in random order. */
const distinct = (...shape: number[]): Operand => ({
  shape,
  draw: (random) => {
    const order = Array.from({ length: sizeOf(shape) }, (_, i) => ({ i, key: random() }));
    return Float32Array.from(
      order.toSorted((a, b) => a.key - b.key),
      ({ i }) => 0.2 * (i - order.length / 2) + 0.05 * random(),
    );
  },
});

/** Operands, and how the operator under test is applied to them. */
export type Sample = readonly [operands: readonly Operand[], build: (...nodes: Node[]) => Node];

const of = (build: (...nodes: Node[]) => Node, ...operands: Operand[]): Sample => [operands, build];
const unary = (operator: (x: Node) => Node, x: Operand = any(2, 3)): Sample[] => [of((node) => operator(node), x)];
const binary = (f: (a: Node, b: Node) => Node, a = any(2, 3), b = any(2, 3), vector = any(3)): Sample[] => [
  of((x, y) => f(x, y), a, b),
  of((x, y) => f(x, y), a, vector),
];

/** Operators with a gradient rule, each in a few ways, by name. */
export const gradientSamples: Readonly<Record<string, readonly Sample[]>> = {
  abs: unary(ops.abs, clearOf(0)(2, 3)),
  add: binary(ops.add),
  atan: unary(ops.atan),
  batchNorm: [
    of((x, gamma, beta) => ops.batchNorm(x, gamma, beta), any(3, 2, 2, 2), any(2), any(2)),
    of((x, gamma, beta) => ops.batchNorm(x, gamma, beta), any(5, 2), any(2), any(2)),
  ],
  batchNormInference: [
    of(
      (x, gamma, beta) =>
        ops.batchNormInference(x, {
          gamma: gamma,
          beta: beta,
          mean: ops.full([2], 0.3),
          variance: ops.full([2], 2),
        }),
      any(3, 2, 2, 2),
      any(2),
      any(2),
    ),
  ],
  clamp: unary((x) => ops.clamp(x, { min: -1, max: 0.5 }), clearOf(-1, 0.5)(3, 4)),
  concat: [of((a, b) => ops.concat([a, b, a], 1), any(2, 3), any(2, 1))],
  convTranspose2d: [
    of(
      (x, w, b) => ops.convTranspose2d(x, w, b, { stride: 2, padding: 1, outputPadding: 1 }),
      any(2, 2, 3, 3),
      any(2, 3, 3, 3),
      any(3),
    ),
    of(
      (x, w) => ops.convTranspose2d(x, w, null, { stride: [1, 2], groups: 2, dilation: 2 }),
      any(1, 4, 3, 3),
      any(4, 1, 2, 2),
    ),
  ],
  conv2d: [
    of((x, w, b) => ops.conv2d(x, w, b, { padding: 1 }), any(2, 2, 4, 4), any(3, 2, 3, 3), any(3)),
    of((x, w) => ops.conv2d(x, w, null, { padding: 1 }), any(2, 3, 4, 4), any(1, 3, 3, 3)),
    of((x, w) => ops.conv2d(x, w, null), any(2, 3, 4, 4), any(2, 3, 4, 4)),
    of(
      (x, w) => ops.conv2d(x, w, null, { stride: [2, 3], padding: [0, 2], groups: 2 }),
      any(1, 4, 6, 5),
      any(2, 2, 3, 2),
    ),
  ],
  cos: unary(ops.cos),
  cumsum: unary((x) => ops.cumsum(x, 0)),
  divide: binary(ops.divide, any(2, 3), positive(2, 3), positive(3)),
  erf: unary(ops.erf),
  exp: unary(ops.exp),
  expand: [of((x) => ops.expand(x, [4, 2, 3]), any(2, 1))],
  expm1: unary(ops.expm1),
  flip: unary((x) => ops.flip(x, [1])),
  gather: [
    of((x) => ops.gather(x, integers([2, 0, 2, -1], [2, 2]), 1), any(2, 3, 2)),
    of((x) => ops.gather(x, integers([1], []), 0), any(2, 3)),
  ],
  gatherElements: [of((x) => ops.gatherElements(x, integers([2, 2, 0, 1], [2, 2]), 1), any(2, 3))],
  gelu: unary(ops.gelu),
  leakyRelu: unary((x) => ops.leakyRelu(x, 0.2), clearOf(0)(2, 3)),
  linear: [of((x, w, b) => ops.linear(x, w, b), any(2, 3, 4), any(5, 4), any(5))],
  log: unary(ops.log, positive(2, 3)),
  log1p: unary(ops.log1p, between(-0.5, 2, 2, 3)),
  logSoftmax: unary((x) => ops.logSoftmax(x, 0)),
  matmul: [
    ...binary(ops.matmul, any(2, 2, 3), any(3, 4)),
    of((a, b) => ops.matmul(a, b), any(2, 1, 2, 3), any(3, 3, 2)),
  ],
  max: unary((x) => ops.max(x, [1]), distinct(3, 4)),
  maxPool2d: unary((x) => ops.maxPool2d(x, [3, 2], { stride: 2, padding: 1, ceilMode: true }), distinct(2, 2, 5, 6)),
  maximum: binary(ops.maximum, between(0.1, 1, 2, 3), between(-1, 0, 2, 3), between(1.1, 2, 3)),
  mean: unary((x) => ops.mean(x, [-1], { keepDims: true })),
  min: unary((x) => ops.min(x), distinct(3, 4)),
  minimum: binary(ops.minimum, between(0.1, 1, 2, 3), between(-1, 0, 2, 3), between(1.1, 2, 3)),
  multiply: binary(ops.multiply),
  negate: unary(ops.negate),
  pad: unary((x) => ops.pad(x, [1, -1], [0, 2], 0.5)),
  pow: [...binary(ops.pow, positive(2, 3)), ...unary((x) => ops.pow(x, 3))],
  prod: unary((x) => ops.prod(x, [1])),
  reciprocal: unary(ops.reciprocal, positive(2, 3)),
  relu: unary(ops.relu, clearOf(0)(3, 3)),
  reshape: unary((x) => ops.reshape(x, [3, 2])),
  scatterAdd: [of((x, y) => ops.scatterAdd(x, integers([0, 0, 2, 1], [2, 2]), y, 1), any(2, 3), any(2, 2))],
  sigmoid: unary(ops.sigmoid),
  sin: unary(ops.sin),
  slice: [of((x) => ops.sliceBox(x, [0, 1], [2, 6], [1, 2]), any(2, 7)), of((x) => ops.slice(x, 1, -3, 6), any(2, 7))],
  softmax: unary((x) => ops.softmax(x, -1)),
  softplus: unary(ops.softplus),
  sqrt: unary(ops.sqrt, positive(2, 3)),
  standardize: [of((x) => ops.standardize(x, [1, 2]), any(2, 3, 2)), of((x) => ops.standardize(x, [0]), any(4, 3))],
  subtract: binary(ops.subtract),
  sum: unary((x) => ops.sum(x, [0])),
  tanh: unary(ops.tanh),
  transpose: unary((x) => ops.transpose(x, [2, 0, 1]), any(2, 3, 4)),
  upsampleNearest2d: unary((x) => ops.upsampleNearest2d(x, [2, 3]), any(1, 2, 2, 3)),
  where: [of((a, b) => ops.where(booleans([true, false, false], [3, 1]), a, b), any(3, 2), any(2))],
};

/** A small generator of uniform numbers (mulberry32), so that a failing draw can be repeated from its seed. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
