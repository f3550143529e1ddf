import { sizeOf } from '@ungrain/core';
import type { OperationNode } from '../node.js';
import { add } from '../operators/add.js';
import { convTranspose2dOperator, type ConvTransposeAttributes } from '../operators/conv-transpose2d.js';
import { conv2dOperator } from '../operators/conv2d.js';
import { coversInput, type ConvolutionAttributes, type Pair } from '../operators/convolution.js';
import { linear } from '../operators/linear.js';
import { matmul } from '../operators/matmul.js';
import { reshape } from '../operators/reshape.js';
import { rewriting } from './pass.js';

/** Convolutions from a whole image to one pixel, and transposed ones the other way, are matrix products. */
export const matrixProducts = rewriting(
  'matrix-products',
  'convolutions from an image to one pixel and back are matrix products',
  (node) => {
    if (node.operator === conv2dOperator) return imageToPixel(node);
    if (node.operator === convTranspose2dOperator) return pixelToImage(node);
    return node;
  },
);

function imageToPixel(node: OperationNode) {
  const [x, weight, bias] = node.inputs;
  const kernel = weight!.shape.slice(2) as unknown as Pair;
  if (!coversInput(x!.shape, kernel, node.attributes as ConvolutionAttributes)) return node;
  const [n, out] = node.shape;
  const features = sizeOf(x!.shape.slice(1));
  return reshape(linear(reshape(x!, [n!, features]), reshape(weight!, [out!, features]), bias ?? null), node.shape);
}

function pixelToImage(node: OperationNode) {
  const [x, weight, bias] = node.inputs;
  const { padding, groups } = node.attributes as ConvTransposeAttributes;
  const [n, out, ...size] = node.shape;
  const kernel = weight!.shape.slice(2);
  const onePixel = x!.shape[2] === 1 && x!.shape[3] === 1 && groups === 1 && padding[0] + padding[1] === 0;
  if (!onePixel || kernel.some((taps, i) => taps !== size[i])) return node;
  const channels = x!.shape[1]!;
  const product = matmul(reshape(x!, [n!, channels]), reshape(weight!, [channels, out! * sizeOf(size)]));
  const image = reshape(product, node.shape);
  return bias ? add(image, reshape(bias, [1, out!, 1, 1])) : image;
}
