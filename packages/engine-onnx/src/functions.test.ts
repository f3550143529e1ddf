import { describe, expect, test } from '@jest/globals';
import { sizeOf, type Shape } from '@ungrain/core';
import { booleans, constant, gradients, graph, integers, ops, type Node } from '@ungrain/graph';
import { createOnnxEngine } from './engine.js';

const engine = createOnnxEngine({ threads: 1 });

/** The numbers of a node whose operands are all constants. */
async function numbers(node: Node): Promise<number[]> {
  const executable = await engine.compile(graph('test', { y: node }));
  const { y } = await executable.run(null, {});
  await executable.dispose();
  return Array.from(y!.data as ArrayLike<number | bigint>, Number);
}

const vector = (...values: number[]): Node => constant(values, [values.length]);
/** 0, 1, 2 … */
const count = (...shape: number[]): Node =>
  constant(
    Array.from({ length: sizeOf(shape) }, (_, i) => i),
    shape,
  );
const wave = (...shape: number[]): Node =>
  constant(
    Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1.7 * i + 0.3)),
    shape,
  );
const gradientOf = (y: Node, x: Node): Node => gradients(y, [x])[0];
const largestDifference = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((x, i) => Math.abs(x - b[i]!)));

describe('activations', () => {
  const extremes = [-1e4, -100, -20, -3, -1e-3, 0, 1e-3, 3, 6, 20, 100, 1e4];

  test.each<[string, (x: Node) => Node, readonly number[]]>([
    ['silu', ops.silu, [-0.268941, 0, 0.731059]],
    ['geluTanh', ops.geluTanh, [-0.158808, 0, 0.841192]],
    ['quickGelu', ops.quickGelu, [-0.154204, 0, 0.845796]],
    ['mish', ops.mish, [-0.303401, 0, 0.865098]],
    ['elu', ops.elu, [-0.632121, 0, 1]],
    ['hardswish', ops.hardswish, [-0.333333, 0, 0.666667]],
    ['relu6', ops.relu6, [0, 0, 1]],
    ['logSigmoid', ops.logSigmoid, [-1.313262, -0.693147, -0.313262]],
  ])('%s is right at −1, 0 and 1, and finite everywhere with its gradient', async (_name, f, expected) => {
    expect(largestDifference(await numbers(f(vector(-1, 0, 1))), expected)).toBeLessThan(2e-6);
    const x = vector(...extremes);
    for (const value of [...(await numbers(f(x))), ...(await numbers(gradientOf(f(x), x)))])
      expect(Number.isFinite(value)).toBe(true);
  });

  test('gated units scale one half by the other', async () => {
    const [value, gate] = [vector(1, -2), vector(0.5, 3)];
    const joined = ops.concat([value, gate], 0);
    expect(await numbers(ops.geglu(joined))).toEqual(await numbers(ops.multiply(value, ops.gelu(gate))));
    expect(await numbers(ops.swiglu(gate, value))).toEqual(await numbers(ops.multiply(ops.silu(gate), value)));
  });
});

describe('gradients where a formula would give no number', () => {
  test('prod with one zero, and with two', async () => {
    const x = constant([2, 0, 3, 0, 0, 5], [2, 3]);
    expect(await numbers(gradientOf(ops.prod(x, [1]), x))).toEqual([0, 6, 0, 0, 0, 0]);
  });

  test('the norm of zeros', async () => {
    const x = constant([3, 4, 0, 0], [2, 2]);
    const flow = await numbers(gradientOf(ops.l2Norm(x, [1]), x));
    expect(largestDifference(flow, [0.6, 0.8, 0, 0])).toBeLessThan(1e-6);
  });

  test('0⁰ and powers at 0', async () => {
    const [x, y] = [vector(0, 0, 2), vector(0, 2, 0)];
    expect(await numbers(ops.pow(x, y))).toEqual([1, 0, 1]);
    expect(await numbers(gradientOf(ops.pow(x, y), x))).toEqual([0, 0, 0]);
    const flow = await numbers(gradientOf(ops.pow(x, y), y));
    expect(largestDifference(flow, [0, 0, Math.LN2])).toBeLessThan(1e-6);
  });

  test('ties: shared by max, to the first by maxAlong and maxPool2d, half each by maximum', async () => {
    const x = constant([1, 1, 0, 1], [1, 4]);
    const third = expect.closeTo(1 / 3);
    expect(await numbers(gradientOf(ops.max(x, [1]), x))).toEqual([third, third, 0, third]);
    expect(await numbers(gradientOf(ops.maxAlong(x, 1).values, x))).toEqual([1, 0, 0, 0]);
    expect(await numbers(gradientOf(ops.maximum(x, 1), x))).toEqual([0.5, 0.5, 0, 0.5]);
    const image = ops.reshape(x, [1, 1, 2, 2]);
    expect(await numbers(gradientOf(ops.maxPool2d(image, 2), x))).toEqual([1, 0, 0, 0]);
  });

  test('logSumExp of nothing but −∞', async () => {
    const x = constant([-Infinity, -Infinity, 1000, 1000], [2, 2]);
    const [nothing, large] = await numbers(ops.logSumExp(x, [1]));
    expect(nothing).toBe(-Infinity);
    expect(large).toBeCloseTo(1000 + Math.LN2, 3);
  });
});

describe('normalisation keeps its digits where the mean is large', () => {
  const noise = Array.from({ length: 48 }, (_, i) => Math.fround(50 + 0.1 * Math.sin(1.7 * i)));
  const exact = (group: readonly number[]): number[] => {
    const mean = group.reduce((a, b) => a + b) / group.length;
    const variance = group.reduce((sum, x) => sum + (x - mean) ** 2, 0) / group.length;
    return group.map((x) => (x - mean) / Math.sqrt(variance + 1e-5));
  };

  test('batchNorm', async () => {
    const y = ops.batchNorm(constant(noise, [6, 1, 8]), ops.full([1], 1), ops.full([1], 0));
    expect(largestDifference(await numbers(y), exact(noise))).toBeLessThan(2e-6);
  });

  test('layerNorm', async () => {
    const rows = [0, 16, 32].flatMap((start) => exact(noise.slice(start, start + 16)));
    const y = ops.layerNorm(constant(noise, [3, 16]));
    expect(largestDifference(await numbers(y), rows)).toBeLessThan(2e-4);
  });
});

describe('attention', () => {
  const [q, k, v] = [wave(1, 4, 3), wave(1, 5, 3), wave(1, 5, 2)];

  test('causal is a lower triangle as a mask', async () => {
    const mask = booleans(
      Array.from({ length: 20 }, (_, i) => i % 5 <= Math.floor(i / 5)),
      [4, 5],
    );
    const causal = await numbers(ops.scaledDotProductAttention(q, k, v, { causal: true }));
    expect(causal).toEqual(await numbers(ops.scaledDotProductAttention(q, k, v, { mask })));
  });

  test('a query that sees nothing gives zeros and takes no gradient', async () => {
    const mask = booleans(
      Array.from({ length: 20 }, (_, i) => i >= 5),
      [4, 5],
    );
    const y = ops.scaledDotProductAttention(q, k, v, { mask });
    expect((await numbers(y)).slice(0, 2)).toEqual([0, 0]);
    expect((await numbers(gradientOf(y, q))).slice(0, 3)).toEqual([0, 0, 0]);
  });

  test('heads are split and merged again', async () => {
    const x = count(2, 3, 8);
    expect(await numbers(ops.mergeHeads(ops.splitHeads(x, 4)))).toEqual(await numbers(x));
  });
});

describe('losses', () => {
  test('crossEntropy counts only what is not ignored, by the weights of the classes', async () => {
    const logits = constant([0, 0, Math.log(3), 0, 5, 5], [3, 2]);
    const target = integers([0, 0, -100]);
    expect((await numbers(ops.crossEntropy(logits, target)))[0]).toBeCloseTo((Math.log(2) + Math.log(4 / 3)) / 2, 5);
    const weighted = ops.crossEntropy(logits, integers([0, 1, -100]), { weight: vector(1, 3) });
    expect((await numbers(weighted))[0]).toBeCloseTo((Math.log(2) + 3 * Math.log(4)) / 4, 5);
  });

  test('labels and their one-hot probabilities agree, with smoothing too', async () => {
    const logits = wave(3, 4);
    const oneHot = constant([0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0], [3, 4]);
    const options = { labelSmoothing: 0.2 };
    const labels = await numbers(ops.crossEntropy(logits, integers([1, 3, 0]), options));
    expect(labels[0]).toBeCloseTo((await numbers(ops.crossEntropy(logits, oneHot, options)))[0]!, 5);
  });

  test('smoothL1 with β = 0 is l1', async () => {
    const [x, y] = [vector(1, -2), vector(3, 1)];
    expect(await numbers(ops.smoothL1(x, y, { beta: 0 }))).toEqual(await numbers(ops.l1(x, y)));
  });
});

describe('layout', () => {
  const abc = vector(1, 2, 3);
  test.each<[string, Node, readonly number[], Shape]>([
    ['padReflect', ops.padReflect(abc, [2], [1]), [3, 2, 1, 2, 3, 2], [6]],
    ['padReplicate', ops.padReplicate(abc, [2], [-1]), [1, 1, 1, 2], [4]],
    ['padCircular', ops.padCircular(abc, [1], [4]), [3, 1, 2, 3, 1, 2, 3, 1], [8]],
    ['pad', ops.pad(abc, [-1], [2], 7), [2, 3, 7, 7], [4]],
    ['roll', ops.roll(abc, 4, 0), [3, 1, 2], [3]],
    ['repeat', ops.repeat(abc, [2, 1]), [1, 2, 3, 1, 2, 3], [2, 3]],
    ['repeatInterleave', ops.repeatInterleave(abc, 2, -1), [1, 1, 2, 2, 3, 3], [6]],
    ['stack', ops.stack([abc, abc], -1), [1, 1, 2, 2, 3, 3], [3, 2]],
    ['tril', ops.tril(count(2, 3)), [0, 0, 0, 3, 4, 0], [2, 3]],
    ['triu', ops.triu(count(2, 3), 1), [0, 1, 2, 0, 0, 5], [2, 3]],
    ['slice from the back', ops.slice(count(6), 0, -5, -1, 2), [1, 3], [2]],
    ['interpolateNearest', ops.interpolateNearest(count(1, 1, 1, 3), { size: [1, 5] }), [0, 0, 1, 1, 2], [1, 1, 1, 5]],
    ['avgPool2d', ops.avgPool2d(count(1, 1, 1, 3), [1, 2], { ceilMode: true }), [0.5, 2], [1, 1, 1, 2]],
  ])('%s', async (_name, node, expected, shape) => {
    expect(node.shape).toEqual(shape);
    expect(await numbers(node)).toEqual(expected);
  });

  test('einsum is a batched matrix product, a sum, an outer product', async () => {
    const [a, b] = [wave(2, 3, 4), wave(2, 5, 4)];
    const product = ops.matmul(a, ops.transpose(b, [0, 2, 1]));
    expect(await numbers(ops.einsum('bid,bjd->bij', a, b))).toEqual(await numbers(product));
    expect(await numbers(ops.einsum('ij->j', count(2, 3)))).toEqual([3, 5, 7]);
    expect(await numbers(ops.einsum('i,j,k->kji', vector(1, 2), vector(3, 5), vector(1)))).toEqual([3, 6, 5, 10]);
    expect(() => ops.einsum('ij,jk->il', wave(2, 2), wave(2, 2))).toThrow(/einsum.*does not fit/);
  });

  test('a convolution is a matrix product with the unfolded image', async () => {
    const [x, w] = [wave(2, 3, 6, 5), wave(4, 3, 3, 2)];
    const options = { stride: [2, 1], padding: [1, 0], dilation: [1, 2] } as const;
    const columns = ops.unfold(x, [3, 2], options);
    const product = await numbers(ops.matmul(ops.reshape(w, [4, 18]), columns));
    expect(largestDifference(product, await numbers(ops.conv2d(x, w, null, options)))).toBeLessThan(1e-5);
  });

  test('pixelUnshuffle undoes pixelShuffle', async () => {
    const x = count(2, 8, 3, 2);
    expect(await numbers(ops.pixelUnshuffle(ops.pixelShuffle(x, 2), 2))).toEqual(await numbers(x));
  });
});
