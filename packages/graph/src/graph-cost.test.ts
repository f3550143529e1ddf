import { expect, test } from '@jest/globals';
import { graphCost } from './graph-cost.js';
import { graph } from './graph.js';
import { input, state } from './node.js';
import * as ops from './ops.js';

const x = input('x', [2, 3, 8, 8]); // 384 numbers
const weight = state('w', [5, 3, 3, 3]);
const convolved = ops.conv2d(x, weight, null, { padding: 1 }); // 640 numbers

test('counts the multiplications of convolutions and matrix products', () => {
  const flat = ops.reshape(convolved, [2, 320]);
  const scored = ops.linear(flat, state('v', [7, 320]), null);
  const squared = ops.matmul(scored, ops.transpose(scored, [1, 0]));
  expect(graphCost(graph('g', { squared }))).toMatchObject({
    convolutions: 640 * 27,
    matrixProducts: 2 * 7 * 320 + 2 * 2 * 7,
    movedBytes: 2 * 14 * 4, // the transposition alone
  });
});

test('memory is that of what is still needed; elementwise results take the place of what is not', () => {
  const relu = ops.relu(convolved);
  expect(graphCost(graph('g', { relu })).peakBytes).toBe(640 * 4);
  expect(graphCost(graph('g', { sum: ops.add(relu, convolved) })).peakBytes).toBe(2 * 640 * 4);
  const twice = ops.reshape(convolved, [640]); // no memory of its own
  expect(graphCost(graph('g', { twice, convolved })).peakBytes).toBe(640 * 4);
});

test('a convolution of more filters than pixels unfolds its image', () => {
  const deep = ops.conv2d(x, state('w', [100, 3, 3, 3]), null, { padding: 1 });
  expect(graphCost(graph('g', { deep })).unfoldedBytes).toBe(27 * 64 * 4);
  expect(graphCost(graph('g', { convolved })).unfoldedBytes).toBe(0);
  const pointwise = ops.conv2d(x, state('v', [100, 3, 1, 1]), null);
  expect(graphCost(graph('g', { pointwise })).unfoldedBytes).toBe(0);
});

test('a narrow weight is there in float32 while it is used', () => {
  const cost = graphCost(graph('g', { convolved }), { converted: (name) => name === 'w' });
  expect(cost.peakBytes).toBe((640 + 135) * 4);
  expect(cost.convertedBytes).toBe(135 * 4);
});

test('of a narrow table only the rows that are picked are there in float32', () => {
  const rows = ops.gather(state('table', [1000, 8]), input('ids', [2], 'int64'));
  const cost = graphCost(graph('g', { rows }), { converted: () => true });
  expect(cost).toMatchObject({ peakBytes: 2 * 8 * 4, convertedBytes: 0 });
});

test('a large narrow matrix is converted in blocks', () => {
  const product = ops.linear(input('x', [1, 4096]), state('w', [4096, 4096]), null);
  const cost = graphCost(graph('g', { product }), { converted: () => true });
  expect(cost).toMatchObject({ peakBytes: 4 * (2 ** 22 + 4096), convertedBytes: 4 * 2 ** 22 });
});
