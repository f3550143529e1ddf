import { refuse, type Operator } from '../operator.js';
import { broadcastShape } from './elementwise.js';

/** An elementwise operator on bools, with broadcasting. */
export const logical = (name: string, onnx: string): Operator => ({
  name,
  infer: (inputs) => {
    const wrong = inputs.find(({ dtype }): boolean => dtype !== 'bool');
    if (wrong) throw refuse(name, inputs, `it works on bool, not on ${wrong.dtype}`);
    return { shape: broadcastShape(name, inputs), dtype: 'bool' };
  },
  onnx: (emit, inputs) => emit.node(onnx, inputs),
});
