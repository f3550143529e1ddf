import type { Node } from '../../node.js';
import { argmax } from '../../operators/argmax.js';
import { gatherElements } from '../../operators/gather-elements.js';
import { reshape } from '../../operators/reshape.js';
import type { ReductionOptions } from '../../operators/reduction.js';

/**
 * The largest elements along one dimension and their indices. Unlike `max`, which shares among ties, the whole gradient
 * goes to the element that was picked: the first one.
 */
export function maxAlong(x: Node, axis: number, { keepDims = false }: ReductionOptions = {}) {
  const kept = argmax(x, axis, { keepDims: true });
  const indices = keepDims ? kept : reshape(kept, argmax(x, axis).shape);
  return { values: reshape(gatherElements(x, kept, axis), indices.shape), indices };
}
