import { sameShape } from '@ungrain/core';
import type { Node } from '../node.js';
import { apply, refuse, type Operator } from '../operator.js';
import type { Pair } from '../operators/convolution.js';

interface InterleaveAttributes {
  readonly stride: Pair;
}

/**
 * Images put together from their phases: of sh·sw images [N, C, H, W] (or blocked ones, [N, C/b, H, W, b]), number
 * a·sw + c gives the pixels (sh·y + a, sw·x + c) of the result [N, C, sh·H, sw·W].
 */
export const interleaveOperator: Operator<InterleaveAttributes> = {
  name: 'interleave',
  infer: (inputs, { stride: [rows, columns] }) => {
    const [first] = inputs;
    if (inputs.length !== rows * columns || inputs.some(({ shape }) => !sameShape(shape, first!.shape)))
      throw refuse('interleave', inputs, `it needs ${rows * columns} images of one shape`);
    const [n, channels, height, width, ...block] = first!.shape;
    return { shape: [n!, channels!, height! * rows, width! * columns, ...block] };
  },
  noGradient: 'it is made once gradients are known',
  onnx: (emit, inputs, node, { stride: [rows, columns] }) => {
    const [n, channels, height, width, ...block] = node.inputs[0]!.shape;
    const spread = emit.ints([n!, channels!, height!, 1, width!, 1, ...block]);
    const images = inputs.map((name) => emit.node('Reshape', [name, spread]));
    const beside = Array.from({ length: rows }, (_, a) =>
      emit.node('Concat', images.slice(a * columns, (a + 1) * columns), { axis: 5 }),
    );
    return emit.node('Reshape', [emit.node('Concat', beside, { axis: 3 }), emit.ints(node.shape)]);
  },
};

export const interleave = (phases: readonly Node[], stride: Pair): Node =>
  apply(interleaveOperator, phases, { stride });
