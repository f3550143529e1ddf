import { toNode, type Node } from '../node.js';
import { apply, refuse, type Operator } from '../operator.js';
import { broadcastShape } from './elementwise.js';

/** An elementwise comparison with broadcasting; the result is bool and has no gradient. Only equality knows bools. */
export const comparison = (name: string, onnx: string): Operator => ({
  name,
  infer: (inputs) => {
    if (inputs[0]!.dtype !== inputs[1]!.dtype) throw refuse(name, inputs, 'operands of two dtypes cannot be compared');
    if (inputs[0]!.dtype === 'bool' && onnx !== 'Equal') throw refuse(name, inputs, 'bools have no order');
    return { shape: broadcastShape(name, inputs), dtype: 'bool' };
  },
  onnx: (emit, inputs) => emit.node(onnx, inputs),
});

export const applyComparison = (operator: Operator, a: Node | number, b: Node | number): Node =>
  apply(operator, [toNode(a), toNode(b)], {});
