import { beforeAll, describe, expect, test } from '@jest/globals';
import { sizeOf, type Shape, type Value } from '@ungrain/core';
import { createOnnxEngine } from '@ungrain/engine-onnx';
import {
  booleans,
  gradients,
  graph,
  input,
  operatorTable,
  ops,
  topological,
  type Engine,
  type Graph,
  type Node,
} from '@ungrain/graph';
import { gradientSamples, randomFrom, type Sample } from '@ungrain/graph/testing';
import { createTfjsEngine } from './index.js';
import { RULES } from './rules/table.js';
import { tensorflows } from './testing/tensorflows.js';

/** Each operator and its gradient gives on TensorFlow.js what it gives on ONNX Runtime, within rounding. */
const ABSOLUTE = 2e-6;
const RELATIVE = 2e-5;

/** Operators that have no gradient, and ways of holding images that the samples of gradients do not meet. */
const mask = booleans([true, false, true, true, false, false], [2, 3]);
const other = booleans([true, true, false], [3]);
const bn = (x: Node): Node => ops.batchNorm(ops.multiply(x, 30), ops.full([3], 2), ops.full([3], 1));
const conv = (x: Node): Node => ops.conv2d(x, ops.full([2, 3, 3, 3], 0.1), null, { padding: 1 });

const MORE: Readonly<Record<string, (x: Node) => Node>> = {
  argmax: (x) => ops.argmax(x, 1),
  argmaxKept: (x) => ops.argmax(x, -1, { keepDims: true }),
  comparisons: (x) =>
    ops.or(ops.and(ops.less(x, 0.5), ops.greater(x, -1)), ops.equal(ops.lessOrEqual(x, 0), ops.greaterOrEqual(x, 1))),
  logical: () => ops.and(ops.not(mask), ops.or(mask, other)),
  rounding: (x) => ops.add(ops.round(ops.multiply(x, 2)), ops.add(ops.floor(x), ops.sign(x))),
  stopGradient: (x) => ops.multiply(ops.stopGradient(x), x),
  statistics: (x) => {
    const { mean, variance } = ops.batchStatistics(x);
    return ops.stopGradient(ops.concat([mean, variance], 0));
  },
  statisticsBesideNorm: (x) => {
    const { mean, variance } = ops.batchStatistics(x);
    return ops.add(bn(x), ops.stopGradient(ops.reshape(ops.add(mean, variance), [1, 3, 1, 1])));
  },
  largeMean: (x) => bn(ops.add(ops.multiply(x, 0.01), 100)),
  imageThenAll: (x) => {
    const image = conv(x);
    const grid = ops.sliceBox(image, [0, 0, 1, 0], [2, 2, 4, 5], [1, 1, 2, 2]); // [2, 2, 2, 3]
    const turned = ops.sliceBox(ops.flip(image, [1, 3]), [0, 0, 2, 1], [2, 2, 4, 4]);
    return ops.pad(ops.concat([grid, turned, grid], 1), [0, 1, 0, 2], [1, 0, 3, 0], 0.5);
  },
  imageReduced: (x) => {
    const image = conv(x);
    const perPixel = ops.mean(image, [1]);
    const perChannel = ops.max(image, [2, 3]);
    const acrossBatch = ops.sum(image, [0]);
    return ops.add(ops.add(ops.sum(perPixel), ops.sum(perChannel)), ops.reshape(acrossBatch, [40]));
  },
  imageAndVector: (x) => ops.add(conv(x), ops.reshape(ops.multiply(ops.sum(x, [0, 1]), 0.1), [4, 5])),
  imageExpanded: (x) => ops.expand(ops.mean(conv(x), [2, 3], { keepDims: true }), [2, 2, 3, 3]),
};
const SHAPES: Readonly<Record<string, Shape>> = {
  argmax: [2, 3],
  argmaxKept: [2, 3],
  comparisons: [2, 3],
  rounding: [2, 3],
  stopGradient: [2, 3],
};
const IMAGE: Shape = [2, 3, 4, 5];

interface Case {
  readonly name: string;
  readonly whole: Graph;
  readonly inputs: Readonly<Record<string, Value>>;
}

const value = (data: Float32Array, shape: Shape): Value => ({ dtype: 'float32', data, shape });
const drawn = (shape: Shape, random: () => number): Value =>
  value(
    Float32Array.from({ length: sizeOf(shape) }, () => 4 * random() - 2),
    shape,
  );

function caseOf(name: string, [operands, build]: Sample): Case {
  const random = randomFrom(7);
  const nodes = operands.map(({ shape }, i) => input(`x${i}`, shape));
  const y = build(...nodes);
  const flows = y.dtype === 'float32' ? gradients(y, nodes, input('cotangent', y.shape)) : [];
  const outputs = Object.fromEntries(flows.map((flow, i) => [`gradient${i}`, flow]));
  const given = [...operands.entries()].map(([i, one]) => [`x${i}`, value(one.draw(random), one.shape)] as const);
  const all: Record<string, Value> = { ...Object.fromEntries(given), cotangent: drawn(y.shape, random) };
  const whole = graph(name, { y, ...outputs });
  return { name, whole, inputs: Object.fromEntries([...whole.inputs.keys()].map((key) => [key, all[key]!])) };
}

const cases: readonly Case[] = [
  ...Object.entries(gradientSamples).flatMap(([name, samples]) =>
    samples.map((sample, i) => caseOf(`${name} ${i + 1}`, sample)),
  ),
  ...Object.entries(MORE).map(([name, build]) => {
    const shape = SHAPES[name] ?? IMAGE;
    return caseOf(name, [[{ shape, draw: (random) => drawn(shape, random).data as Float32Array }], build]);
  }),
];

async function compute(engine: Engine, { whole, inputs }: Case): Promise<Record<string, Value>> {
  const executable = await engine.compile(whole);
  const outputs = await executable.run(null, inputs);
  await executable.dispose();
  return outputs;
}

function expectNear(actual: Value, expected: Value): void {
  expect({ dtype: actual.dtype, shape: actual.shape }).toEqual({ dtype: expected.dtype, shape: expected.shape });
  expect(actual.data.constructor).toBe(expected.data.constructor);
  const scale = Math.max(1, ...Array.from(expected.data as ArrayLike<number | bigint>, (b) => Math.abs(Number(b))));
  for (const [i, b] of Array.from(expected.data as ArrayLike<number | bigint>, Number).entries())
    expect(Math.abs(Number(actual.data[i]) - b)).toBeLessThanOrEqual((ABSOLUTE + RELATIVE) * scale);
}

test('the table has a rule for every operator of the graph, and no other', () => {
  expect(Object.keys(RULES).toSorted()).toEqual(operatorTable.map(({ name }) => name).toSorted());
});

test('the cases use every operator', () => {
  const used = new Set(
    cases.flatMap(({ whole }) =>
      topological([...whole.outputs.values()]).map((node) => (node.kind === 'operation' ? node.operator.name : '')),
    ),
  );
  expect(operatorTable.filter(({ name }) => !used.has(name)).map(({ name }) => name)).toEqual([]);
});

describe.each(tensorflows)('$name agrees with onnx', ({ name: engineName, load }) => {
  const onnx = createOnnxEngine({ threads: 1 });
  let engine: Engine;
  beforeAll(async () => {
    engine = await createTfjsEngine({ tensorflow: await load() });
  });

  test('and says its name', () => expect(engine.name).toBe(engineName));

  test.each(cases)('$name', async (one) => {
    const [actual, expected] = [await compute(engine, one), await compute(onnx, one)];
    expect(Object.keys(actual)).toEqual(Object.keys(expected));
    for (const [output, wanted] of Object.entries(expected)) expectNear(actual[output]!, wanted);
  });
});
