import { describe, expect, test } from '@jest/globals';
import { formatShape, UngrainError } from '@ungrain/core';
import { input, type Node, type NodeDType } from '../node.js';
import { apply, type Operator } from '../operator.js';
import * as operators from './index.js';
import { operatorTable } from './table.js';

let count = 0;
const of = (dtype: NodeDType, shape: readonly number[]): Node => input(`operand${count++}`, shape, dtype);
const f = (...shape: number[]): Node => of('float32', shape);
const i = (...shape: number[]): Node => of('int64', shape);
const b = (...shape: number[]): Node => of('bool', shape);

/** Operands that do not fit, and the attributes they do not fit. */
type Misfit = readonly [operands: readonly Node[], attributes?: object];

const notFloat: Misfit[] = [[[i(2, 3)]], [[b(2, 3)]]];
const broadcasting: Misfit[] = [[[f(2, 3), f(2)]], [[f(2, 3), i(2, 3)]]];
const comparing: Misfit[] = [[[f(2, 3), f(2)]], [[f(2, 3), i(2, 3)]]];
const ordering: Misfit[] = [...comparing, [[b(2), b(2)]]];
const logical: Misfit[] = [[[b(2, 3), b(2)]], [[b(2), f(2)]]];
const reducing: Misfit[] = [
  [[f(2, 3)], { axes: [2], keepDims: false }],
  [[f(2, 3)], { axes: [1, 1], keepDims: false }],
  [[i(2, 3)], { axes: [0], keepDims: false }],
];
const reducingSome: Misfit[] = [...reducing, [[f(2, 0)], { axes: [1], keepDims: true }]];
const plain = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 };
const transposed = { ...plain, outputPadding: [0, 0] };
const window = { kernel: [2, 2], stride: [1, 1], dilation: [1, 1], before: [0, 0], after: [0, 0] };
const perChannel: Misfit[] = [[[f(2), f(2), f(2)]], [[i(2, 3), f(3), f(3)]]];

const MISFITS: Readonly<Record<string, readonly Misfit[]>> = {
  abs: notFloat,
  add: broadcasting,
  and: logical,
  argmax: [
    [[f(2, 3)], { axis: 2, keepDims: false }],
    [[i(2, 3)], { axis: 1, keepDims: false }],
  ],
  atan: notFloat,
  batchMean: [[[f(2)]], [[i(2, 3)]]],
  batchNorm: [...perChannel, [[f(2, 3), f(3), f(2)]]],
  batchNormInference: [[[f(2, 3), f(3), f(3), f(3), f(2)]], [[f(2), f(2), f(2), f(2), f(2)]]],
  batchNormInputGradient: [[[f(2, 3), f(2), f(2, 3)]], [[f(2, 3), f(3), f(3, 2)]]],
  batchNormScaleGradient: [[[f(2, 3), f(3, 2)]]],
  batchNormShiftGradient: [[[f(2)]]],
  batchVariance: [[[f(2)]], [[i(2, 3)]]],
  cast: [[[f(2)]]],
  clamp: [[[i(2)], { min: 0 }]],
  concat: [
    [[f(2, 3), f(3, 3)], { axis: 1 }],
    [[f(2, 3), i(2, 3)], { axis: 1 }],
    [[f(2, 3), f(2)], { axis: 0 }],
  ],
  conv2d: [
    [[f(1, 2, 4, 4), f(3, 3, 3, 3)], plain],
    [[f(2, 4, 4), f(3, 2, 3, 3)], plain],
    [[f(1, 2, 4, 4), f(3, 2, 3, 3), f(2)], plain],
    [[f(1, 2, 2, 4), f(3, 2, 3, 3)], plain],
    [[f(1, 2, 4, 4), f(3, 1, 3, 3)], { ...plain, groups: 2 }],
  ],
  conv2dWeightGradient: [
    [[f(1, 2, 4, 4), f(1, 3, 3, 3)], { ...plain, kernel: [3, 3] }],
    [[f(1, 2, 4, 4), f(3, 2, 2)], { ...plain, kernel: [3, 3] }],
  ],
  convTranspose2d: [
    [[f(1, 2, 4, 4), f(3, 3, 3, 3)], transposed],
    [[f(1, 2, 4, 4), f(2, 3, 3, 3), f(2)], transposed],
    [[f(1, 2, 4, 4), f(2, 3, 3, 3)], { ...transposed, outputPadding: [1, 0] }],
    [[f(1, 2, 1, 4), f(2, 3, 1, 1)], { ...transposed, padding: [1, 0] }],
  ],
  cos: notFloat,
  cumsum: [
    [[f(2, 3)], { axis: 2, reverse: false }],
    [[i(2, 3)], { axis: 1, reverse: false }],
  ],
  divide: broadcasting,
  equal: comparing,
  erf: notFloat,
  exp: notFloat,
  expand: [
    [[f(2, 3)], { shape: [2, 4] }],
    [[f(2, 3)], { shape: [3] }],
  ],
  expm1: notFloat,
  flip: [
    [[f(2, 3)], { axes: [2] }],
    [[f(2, 3)], { axes: [0, 0] }],
  ],
  floor: notFloat,
  gather: [
    [[f(2, 3), f(2)], { axis: 0 }],
    [[f(2, 3), i(2)], { axis: 2 }],
  ],
  gatherElements: [
    [[f(2, 3), f(2, 3)], { axis: 0 }],
    [[f(2, 3), i(3, 3)], { axis: 1 }],
    [[f(2, 3), i(3)], { axis: 1 }],
  ],
  gelu: notFloat,
  geluGradient: [[[f(2, 3), f(3, 2)]], [[i(2), i(2)]]],
  greater: ordering,
  greaterOrEqual: ordering,
  leakyRelu: [[[i(2)], { slope: 0.1 }]],
  less: ordering,
  lessOrEqual: ordering,
  linear: [[[f(2, 3), f(4, 2)]], [[f(2, 3), f(4, 3), f(3)]], [[f(3), f(4, 3)]]],
  log: notFloat,
  log1p: notFloat,
  logSoftmax: [
    [[f(2, 3)], { axis: 2 }],
    [[i(2, 3)], { axis: 1 }],
  ],
  matmul: [[[f(2, 3), f(2, 3)]], [[f(3), f(3, 2)]], [[f(2, 2, 3), f(3, 3, 2)]], [[f(2, 3), i(3, 2)]]],
  max: reducingSome,
  maxPool2d: [
    [[f(2, 4, 4)], window],
    [[f(1, 2, 1, 4)], window],
    [[f(1, 2, 4, 4)], { ...window, before: [2, 0] }],
  ],
  maxPool2dGradient: [[[f(1, 2, 4, 4), f(1, 2, 4, 4)], window]],
  maximum: broadcasting,
  mean: reducingSome,
  min: reducingSome,
  minimum: broadcasting,
  multiply: broadcasting,
  negate: notFloat,
  not: [[[f(2)]]],
  or: logical,
  pad: [
    [[f(2, 3)], { before: [1], after: [1], value: 0 }],
    [[f(2)], { before: [-1], after: [0], value: 0 }],
    [[i(2)], { before: [1], after: [0], value: 0 }],
  ],
  pow: broadcasting,
  prod: reducing,
  reciprocal: notFloat,
  relu: notFloat,
  reshape: [[[f(2, 3)], { shape: [5] }]],
  round: notFloat,
  scatterAdd: [
    [[f(2, 3), i(2, 2), f(2, 1)], { axis: 1 }],
    [[f(2, 3), i(3, 2), f(3, 2)], { axis: 1 }],
    [[f(2, 3), f(2, 2), f(2, 2)], { axis: 1 }],
    [[f(2, 3), i(2, 2), i(2, 2)], { axis: 1 }],
  ],
  sigmoid: notFloat,
  sign: notFloat,
  sin: notFloat,
  slice: [
    [[f(2, 3)], { starts: [0, 2], ends: [2, 1], steps: [1, 1] }],
    [[f(2, 3)], { starts: [0, 0], ends: [3, 3], steps: [1, 1] }],
    [[f(2, 3)], { starts: [0], ends: [1], steps: [1] }],
    [[f(2, 3)], { starts: [0, 0], ends: [2, 3], steps: [1, 0] }],
  ],
  softmax: [
    [[f(2, 3)], { axis: 2 }],
    [[i(2, 3)], { axis: 1 }],
  ],
  softplus: notFloat,
  sqrt: notFloat,
  standardize: [
    [[f(2, 3)], { axes: [2], epsilon: 0 }],
    [[f(2, 3)], { axes: [], epsilon: 0 }],
    [[i(2, 3)], { axes: [1], epsilon: 0 }],
  ],
  standardizeGradient: [[[f(2, 3), f(3, 2)], { axes: [1], epsilon: 0 }]],
  stopGradient: notFloat,
  subtract: broadcasting,
  sum: reducing,
  tanh: notFloat,
  transpose: [
    [[f(2, 3)], { permutation: [0] }],
    [[f(2, 3)], { permutation: [0, 0] }],
  ],
  upsampleNearest2d: [
    [[f(2, 3, 3)], { factor: [2, 2] }],
    [[f(1, 2, 3, 3)], { factor: [1.5, 2] }],
  ],
  where: [[[f(2), f(2), f(2)]], [[b(2), f(2), i(2)]], [[b(2), f(3), f(2)]]],
};

const byName = new Map(operatorTable.map((operator) => [operator.name, operator]));

describe('the operator table', () => {
  test('names each operator once', () => {
    expect(byName.size).toBe(operatorTable.length);
  });

  test('lists every operator that is exported', () => {
    const exported = Object.entries(operators).flatMap(([name, value]) => (name.endsWith('Operator') ? [value] : []));
    expect(new Set(exported)).toEqual(new Set(operatorTable));
  });

  test('has operands that do not fit for every operator, and for no other', () => {
    expect(Object.keys(MISFITS).toSorted()).toEqual([...byName.keys()].toSorted());
  });
});

describe('shape rules refuse what does not fit, with the name and every shape', () => {
  test.each(operatorTable.map((operator) => [operator.name, operator] as const))('%s', (name, operator) => {
    for (const [operands, attributes = {}] of MISFITS[name]!) {
      const error = refusal(operator, operands, attributes);
      expect(error).toBeInstanceOf(UngrainError);
      expect(error).toMatchObject({ code: 'bad-operand' });
      expect((error as UngrainError).message).toMatch(new RegExp(`^${name}\\(`));
      for (const { shape } of operands) expect((error as UngrainError).message).toContain(formatShape(shape));
    }
  });
});

function refusal(operator: Operator, operands: readonly Node[], attributes: object): unknown {
  try {
    return apply(operator, operands, attributes).shape;
  } catch (error) {
    return error;
  }
}
