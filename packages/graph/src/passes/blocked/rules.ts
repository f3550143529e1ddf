import { sameShape, type Shape } from '@ungrain/core';
import type { Node, OperationNode } from '../../node.js';
import { apply } from '../../operator.js';
import { concat } from '../../operators/concat.js';
import type { ConvolutionAttributes, Pair } from '../../operators/convolution.js';
import type { ReductionAttributes } from '../../operators/reduction.js';
import { flipOperator, type FlipAttributes } from '../../operators/flip.js';
import { reshape } from '../../operators/reshape.js';
import { sliceBox, type SliceAttributes } from '../../operators/slice.js';
import type { PaddedConvolutionAttributes } from '../padded-conv2d.js';
import type { LayoutRule, Layouts } from './blocked-layout.js';
import { blockedConv2d } from './conv2d.js';
import { blockedWeightGradient, fitsBlockedWeightGradient } from './conv2d-weight-gradient.js';
import { fromBlocked } from './layout.js';
import { thinWeightGradient } from './thin-weight-gradient.js';

const isImage = ({ shape }: Node): boolean => shape.length === 4;
const anyBlocked = (node: OperationNode, layouts: Layouts): boolean => node.inputs.some(layouts.isBlocked);

/** Whether a weight is another one turned by 180°: that is done faster in blocks. */
const isTurned = (weight: Node): weight is OperationNode =>
  weight.kind === 'operation' &&
  weight.operator === flipOperator &&
  sameShape([...(weight.attributes as FlipAttributes).axes].sort(), [2, 3]);

/** Convolutions of fewer channels than a block read plain images. */
function convolution(node: OperationNode, attributes: PaddedConvolutionAttributes, layouts: Layouts) {
  const { block, blocked, plain } = layouts;
  const [x, weight, bias] = node.inputs;
  const [out, channels] = weight!.shape;
  if (channels! >= block && channels! % block !== 0) return null;
  if (out! % block !== 0 && channels! < block) return null; // little work, and most of it for padding
  const images = channels! < block ? plain(x!) : blocked(x!);
  const turned = channels! >= block && isTurned(weight!);
  const kernel = plain(turned ? weight.inputs[0]! : weight!);
  const result = blockedConv2d(images, kernel, bias ? plain(bias) : null, { ...attributes, block, turned });
  return out! % block === 0 ? { blocked: result } : { plain: fromBlocked(result, out!) };
}

const conv2d: LayoutRule = (node, layouts) => {
  const { stride, dilation, padding, groups } = node.attributes as ConvolutionAttributes;
  return groups === 1 ? convolution(node, { stride, dilation, pads: [...padding, ...padding] }, layouts) : null;
};

const paddedConv2d: LayoutRule = (node, layouts) =>
  convolution(node, node.attributes as PaddedConvolutionAttributes, layouts);

const weightGradient: LayoutRule = (node, { block, blocked, isBlocked, plain }) => {
  const [x, g] = node.inputs;
  const { kernel, ...attributes } = node.attributes as ConvolutionAttributes & { readonly kernel: Pair };
  if (fitsBlockedWeightGradient(x!, g!, kernel, attributes, block)) {
    const { stride, padding } = attributes;
    return { plain: blockedWeightGradient(blocked(x!), blocked(g!), { kernel, stride, padding }) };
  }
  const form = (of: Node): Node => (isBlocked(of) && of.shape[1]! % block === 0 ? blocked(of) : plain(of));
  const thin = thinWeightGradient(form(x!), form(g!), kernel, attributes);
  return thin && { plain: thin };
};

/** The operator itself knows blocked images; its other operands are vectors. */
const batchNorm: LayoutRule = (node, layouts) => {
  if (!layouts.isBlocked(node.inputs[0]!)) return null;
  const operands = node.inputs.map((x) => (isImage(x) ? layouts.blocked(x) : layouts.plain(x)));
  const result = apply(node.operator, operands, { ...node.attributes, blocked: true });
  return isImage(node) ? { blocked: result } : { plain: result };
};

/** Sums over the pixels, with or without those over the batch. */
const pixelReduction: LayoutRule = (node, layouts) => {
  const [x] = node.inputs;
  const { axes } = node.attributes as ReductionAttributes;
  const overPixels = axes.includes(2) && axes.includes(3) && !axes.includes(1);
  if (!layouts.isBlocked(x!) || !overPixels) return null;
  return { plain: reshape(apply(node.operator, [layouts.blocked(x!)], { axes, keepDims: false }), node.shape) };
};

const joinedChannels: LayoutRule = (node, layouts) => {
  const { axis } = node.attributes as { readonly axis: number };
  const whole = node.inputs.every((x) => isImage(x) && x.shape[1]! % layouts.block === 0);
  if (axis !== 1 || !whole || !anyBlocked(node, layouts)) return null;
  return { blocked: concat(node.inputs.map(layouts.blocked), 1) };
};

const channelRange: LayoutRule = (node, layouts) => {
  const [x] = node.inputs;
  const { starts, ends, steps } = node.attributes as SliceAttributes;
  const onlyChannels = x!.shape.every((size, i) => i === 1 || (starts[i] === 0 && ends[i] === size));
  const whole = [starts[1]!, ends[1]!].every((channel) => channel % layouts.block === 0);
  if (!layouts.isBlocked(x!) || !onlyChannels || !whole || steps.some((step) => step !== 1)) return null;
  const inBlocks = (ends: readonly number[], last: number): number[] => [
    ...ends.map((end, i) => (i === 1 ? end / layouts.block : end)),
    last,
  ];
  return { blocked: sliceBox(layouts.blocked(x!), inBlocks(starts, 0), inBlocks(ends, layouts.block)) };
};

const interleaved: LayoutRule = (node, layouts) =>
  anyBlocked(node, layouts)
    ? { blocked: apply(node.operator, node.inputs.map(layouts.blocked), node.attributes) }
    : null;

/** How operators go on with blocked images, by name; see also `elementwise`. */
export const blockedRules: Readonly<Record<string, LayoutRule>> = {
  conv2d,
  paddedConv2d,
  conv2dWeightGradient: weightGradient,
  batchNorm,
  batchNormInputGradient: batchNorm,
  batchNormScaleGradient: batchNorm,
  batchNormShiftGradient: batchNorm,
  batchMean: batchNorm,
  batchVariance: batchNorm,
  sum: pixelReduction,
  mean: pixelReduction,
  concat: joinedChannels,
  slice: channelRange,
  interleave: interleaved,
};

/** Operators on single numbers work in any layout, if all their operands have it or broadcast alike. */
export const elementwise: LayoutRule = (node, layouts) => {
  if (!node.operator.elementwise || !isImage(node) || !anyBlocked(node, layouts)) return null;
  const operands = node.inputs.map((x) => operandLike(x, node.shape, layouts));
  return operands.every((x) => x !== null) ? { blocked: apply(node.operator, operands, node.attributes) } : null;
};

function operandLike(x: Node, shape: Shape, { block, blocked, plain }: Layouts): Node | null {
  if (sameShape(x.shape, shape)) return blocked(x);
  if (x.shape.every((size) => size === 1)) return reshape(plain(x), []);
  const [n, channels, height, width] = x.shape as [number, number, number, number];
  if (!isImage(x) || channels !== shape[1] || height !== 1 || width !== 1) return null;
  return reshape(plain(x), [n, channels / block, 1, 1, block]);
}
