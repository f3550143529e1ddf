import { describe, expect, test } from '@jest/globals';
import { gradients } from '../gradients.js';
import { graph } from '../graph.js';
import { input } from '../node.js';
import * as ops from '../ops.js';
import { batchNormFolding } from './batch-norm-folding.js';
import { blockedLayout } from './blocked/blocked-layout.js';
import { matrixProducts } from './matrix-products.js';
import { operationsOf } from './pass.js';
import { transposedConvolutions } from './transposed-convolutions.js';
import { zeroSums } from './zero-sums.js';
import type { Graph } from '../graph.js';

const names = (computation: Graph): string[] => operationsOf(computation).map(({ operator }) => operator.name);

describe('blocked-layout', () => {
  const x = input('x', [16, 16, 8, 8]);
  const weight = input('weight', [32, 16, 3, 3]);
  const convolved = ops.conv2d(x, weight, null, { padding: 1 });

  test('converts on the way in and on the way out, and nowhere between', () => {
    const second = ops.conv2d(ops.gelu(convolved), input('other', [16, 32, 1, 1]), null);
    const found = names(blockedLayout(16).apply(graph('two', { y: second })));
    expect(found).toEqual(['toBlocked', 'blockedConv2d', 'gelu', 'blockedConv2d', 'fromBlocked']);
  });

  test('computes the gradient of a weight in blocks too', () => {
    const [flow] = gradients(convolved, [weight], input('cotangent', convolved.shape));
    const found = names(blockedLayout(8).apply(graph('weight', { flow })));
    expect(found).toEqual(['toBlocked', 'toBlocked', 'blockedWeightGradient']);
  });

  test.each([
    ['in', 1, 32],
    ['out', 32, 1],
  ])('takes one product of all windows for the weight where few channels go %s', (_, channels, out) => {
    const kernel = input('kernel', [out, channels, 3, 3]);
    const images = ops.gelu(ops.conv2d(x, input('first', [channels, 16, 1, 1]), null));
    const y = ops.conv2d(images, kernel, null, { padding: 1 });
    const cotangent = ops.conv2d(x, input('last', [out, 16, 1, 1]), null);
    const [flow] = gradients(y, [kernel], cotangent);
    const found = names(blockedLayout(16).apply(graph('thin', { flow })));
    expect(found).not.toContain('conv2dWeightGradient');
    expect(found.filter((name) => name === 'matmul')).toHaveLength(1);
  });

  test('leaves channels alone that do not come in blocks', () => {
    const odd = ops.conv2d(input('x', [16, 20, 8, 8]), input('weight', [32, 20, 3, 3]), null);
    expect(names(blockedLayout(16).apply(graph('odd', { odd })))).toEqual(['conv2d']);
  });
});

test('batch-norm-folding needs no norm after a convolution, unless somebody else reads the convolution', () => {
  const h = ops.conv2d(input('x', [2, 3, 5, 5]), input('weight', [4, 3, 3, 3]), null);
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'mean', 'variance'].map((name) => input(name, [4]));
  const y = ops.batchNormInference(h, { gamma: gamma!, beta: beta!, mean: mean!, variance: variance! });
  expect(names(batchNormFolding.apply(graph('alone', { y })))).not.toContain('batchNormInference');
  expect(names(batchNormFolding.apply(graph('shared', { y, h })))).toEqual(['conv2d', 'batchNormInference']);
});

test('zero-sums takes out the gradient of a bias that a batch norm makes void', () => {
  const bias = input('bias', [4]);
  const h = ops.conv2d(input('x', [2, 3, 5, 5]), input('weight', [4, 3, 3, 3]), bias);
  const y = ops.batchNorm(h, input('gamma', [4]), input('beta', [4]));
  const [flow] = gradients(y, [bias], input('cotangent', y.shape));
  expect(names(zeroSums.apply(graph('bias', { flow })))).toEqual(['expand']);
});

test('transposed-convolutions cuts a stride of 2 into four phases', () => {
  const y = ops.convTranspose2d(input('x', [2, 3, 5, 5]), input('weight', [3, 4, 4, 4]), null, {
    stride: 2,
    padding: 1,
  });
  const found = names(transposedConvolutions.apply(graph('up', { y })));
  expect(found.filter((name) => name === 'paddedConv2d')).toHaveLength(4);
  expect(found.at(-1)).toBe('interleave');
});

test('matrix-products needs no convolution from an image to a pixel', () => {
  const y = ops.conv2d(input('x', [2, 3, 5, 5]), input('weight', [4, 3, 5, 5]), null);
  expect(names(matrixProducts.apply(graph('pixel', { y })))).not.toContain('conv2d');
});
