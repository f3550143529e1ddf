import { TensorProto_DataType } from 'onnx-buf';
import type { Node } from '../node.js';
import { apply, refuse, type Operator } from '../operator.js';

/** bool or int64 to float32: 1 and 0, or the number itself. Has no gradient. */
export const castOperator: Operator = {
  name: 'cast',
  infer: (inputs) => {
    if (inputs[0]!.dtype === 'float32') throw refuse('cast', inputs, 'it is float32 already');
    return { shape: inputs[0]!.shape };
  },
  onnx: (emit, inputs) => emit.node('Cast', inputs, { to: TensorProto_DataType.FLOAT }),
};

export const cast = (x: Node): Node => (x.dtype === 'float32' ? x : apply(castOperator, [x], {}));
