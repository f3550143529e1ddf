import type { Shape } from '@ungrain/core';
import type { Node } from '../../node.js';
import { BLOCKED_DOMAIN } from '../../onnx/blocked-domain.js';
import { apply, refuse, requireFloat, requireRank, type Operator } from '../../operator.js';

/**
 * Images in the layout that ONNX Runtime's fastest convolutions want: [N, C, H, W] becomes [N, C/b, H, W, b], with b
 * neighbouring channels side by side, as many as a vector register of the processor holds numbers (Georganas et al.,
 * "Anatomy of high-performance deep learning convolutions on SIMD architectures", 2018).
 */
export const blockedShape = ([n, channels, height, width]: Shape, block: number): Shape => [
  n!,
  Math.ceil(channels! / block),
  height!,
  width!,
  block,
];

/** The shape that ONNX Runtime's operators expect blocked images to be declared with: [N, C, H, W]. */
export const declaredShape = ([n, blocks, height, width, block]: Shape): number[] => [
  n!,
  blocks! * block!,
  height!,
  width!,
];

const AFTER_GRADIENTS = 'layouts are chosen once gradients are known';

/** [N, C, H, W] → [N, C/b, H, W, b]. */
export const toBlockedOperator: Operator<{ readonly block: number }> = {
  name: 'toBlocked',
  infer: (inputs, { block }) => {
    requireFloat('toBlocked', inputs);
    requireRank('toBlocked', inputs, 0, 4);
    const { shape } = inputs[0]!;
    if (shape[1]! % block !== 0) throw refuse('toBlocked', inputs, `its channels do not come in blocks of ${block}`);
    return { shape: blockedShape(shape, block) };
  },
  noGradient: AFTER_GRADIENTS,
  onnx: (emit, [x], node) =>
    emit.node('Reshape', [emit.node('ReorderInput', [x!], {}, BLOCKED_DOMAIN), emit.ints(node.shape)]),
};

/** [N, ⌈C/b⌉, H, W, b] → [N, C, H, W]; what fills the last block up is dropped. */
export const fromBlockedOperator: Operator<{ readonly channels: number }> = {
  name: 'fromBlocked',
  infer: (inputs, { channels }) => {
    requireRank('fromBlocked', inputs, 0, 5);
    const [n, blocks, height, width, block] = inputs[0]!.shape;
    if (Math.ceil(channels / block!) !== blocks)
      throw refuse('fromBlocked', inputs, `${channels} channels are not ${blocks} blocks`);
    return { shape: [n!, channels, height!, width!] };
  },
  noGradient: AFTER_GRADIENTS,
  onnx: (emit, [x], node, { channels }) => {
    const declared = emit.node('Reshape', [x!, emit.ints(declaredShape(node.inputs[0]!.shape))]);
    return emit.node('ReorderOutput', [declared], { channels }, BLOCKED_DOMAIN);
  },
};

export const toBlocked = (x: Node, block: number): Node => apply(toBlockedOperator, [x], { block });

export const fromBlocked = (x: Node, channels: number): Node => apply(fromBlockedOperator, [x], { channels });
