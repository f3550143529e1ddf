import { toNode, type Node } from '../node.js';
import { apply, refuse, type Operator } from '../operator.js';
import { broadcastShape, sumToShape } from './elementwise.js';

/**
 * a where the mask is true, b elsewhere, with broadcasting. Each cotangent is the output's where that operand was chosen
 * and 0 elsewhere.
 */
export const whereOperator: Operator = {
  name: 'where',
  infer: (inputs) => {
    const [mask, a, b] = inputs;
    if (mask!.dtype !== 'bool') throw refuse('where', inputs, `the mask is ${mask!.dtype}, not bool`);
    if (a!.dtype !== b!.dtype) throw refuse('where', inputs, `it cannot choose between ${a!.dtype} and ${b!.dtype}`);
    return { shape: broadcastShape('where', inputs), dtype: a!.dtype };
  },
  gradient: ({ inputs: [mask, a, b], cotangent }) => [
    null,
    sumToShape(where(mask!, cotangent, 0), a!.shape),
    sumToShape(where(mask!, 0, cotangent), b!.shape),
  ],
  onnx: (emit, inputs) => emit.node('Where', inputs),
};

/** `a` where `mask` is true, `b` elsewhere. */
export const where = (mask: Node, a: Node | number, b: Node | number): Node =>
  apply(whereOperator, [mask, toNode(a), toNode(b)], {});
