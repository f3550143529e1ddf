import type { Shape } from '@ungrain/core';
import type { Node } from '../node.js';
import { refuse, requireFloat } from '../operator.js';

/** The dimension that a softmax normalises over. */
export interface SoftmaxAttributes {
  readonly axis: number;
}

/** The shape rule of softmax and its logarithm. */
export function softmaxShape(name: string, inputs: readonly Node[], { axis }: SoftmaxAttributes): { shape: Shape } {
  requireFloat(name, inputs);
  const { shape } = inputs[0]!;
  if (!shape[axis]) throw refuse(name, inputs, `there is nothing to normalise in dimension ${axis}`);
  return { shape };
}
