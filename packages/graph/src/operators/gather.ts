import { sizeOf, type Shape } from '@ungrain/core';
import type { Node } from '../node.js';
import { apply, axisOf, refuse, type Operator } from '../operator.js';
import { expand, full } from './expand.js';
import { reshape } from './reshape.js';
import { scatterAdd } from './scatter-add.js';

/**
 * Slices of x picked by whole numbers along one dimension, which the dimensions of `indices` replace: an embedding, a
 * row selection. The cotangents of a slice that was picked several times add up. Indices are int64; negative ones count
 * from the back.
 */
export const gatherOperator: Operator<{ readonly axis: number }> = {
  name: 'gather',
  infer: (inputs, { axis }) => {
    const [x, indices] = inputs;
    if (indices!.dtype !== 'int64') throw refuse('gather', inputs, `the indices are ${indices!.dtype}, not int64`);
    if (!(axis in x!.shape)) throw refuse('gather', inputs, `its first operand has no dimension ${axis}`);
    return { shape: replaceDim(x!.shape, axis, indices!.shape), dtype: x!.dtype };
  },
  gradient: ({ inputs: [x, indices], attributes: { axis }, cotangent }) => {
    const rows = replaceDim(x!.shape, axis, [sizeOf(indices!.shape)]);
    const alongAxis = reshape(
      indices!,
      rows.map((size, i) => (i === axis ? size : 1)),
    );
    return [scatterAdd(full(x!.shape, 0), expand(alongAxis, rows), reshape(cotangent, rows), axis), null];
  },
  onnx: (emit, [x, indices], _node, { axis }) =>
    emit.picked(x!, (stored) => emit.node('Gather', [stored, indices!], { axis })),
};

const replaceDim = (shape: Shape, axis: number, sizes: Shape): Shape => shape.toSpliced(axis, 1, ...sizes);

/** Slices number `indices` (int64, any shape) of `x` along `axis` (negative ones count from the back). */
export const gather = (x: Node, indices: Node, axis = 0): Node =>
  apply(gatherOperator, [x, indices], { axis: axisOf('gather', [x, indices], axis, x.shape.length) });
