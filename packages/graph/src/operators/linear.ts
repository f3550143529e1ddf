import { sizeOf } from '@ungrain/core';
import type { Node } from '../node.js';
import { apply, refuse, requireFloat, type Operator } from '../operator.js';
import { matmul } from './matmul.js';
import { reshape } from './reshape.js';
import { sum } from './sum.js';
import { transpose } from './transpose.js';

/** x·Wᵀ + b for x [N, in], weight [out, in] and bias [out]: PyTorch's layout as it is. dW = dYᵀ·x, db = Σ dY. */
export const linearOperator: Operator = {
  name: 'linear',
  infer: (inputs) => {
    requireFloat('linear', inputs);
    const [x, weight, bias] = inputs.map((node) => node.shape);
    if (x!.length !== 2 || weight!.length !== 2 || x![1] !== weight![1])
      throw refuse('linear', inputs, 'the weight needs one column for each feature');
    if (bias && (bias.length !== 1 || bias[0] !== weight![0]))
      throw refuse('linear', inputs, `the bias needs shape [${weight![0]}]`);
    return { shape: [x![0]!, weight![0]!] };
  },
  gradient: ({ inputs: [x, weight, bias], cotangent }) => [
    matmul(cotangent, weight!),
    matmul(transpose(cotangent, [1, 0]), x!),
    ...(bias ? [sum(cotangent, [0])] : []),
  ],
  onnx: (emit, [x, weight, ...bias]) => {
    const blocks = emit.rowBlocks(weight!);
    if (blocks.length === 1) return emit.node('Gemm', [x!, weight!, ...bias], { transB: 1 });
    const products = blocks.map((block) => emit.node('Gemm', [x!, block], { transB: 1 }));
    const product = emit.node('Concat', products, { axis: 1 });
    return bias.length === 0 ? product : emit.node('Add', [product, ...bias]);
  },
};

/** x·Wᵀ + b over the last dimension of `x` […, in]. */
export function linear(x: Node, weight: Node, bias: Node | null): Node {
  const leading = x.shape.slice(0, -1);
  const rows = x.shape.length === 2 ? x : reshape(x, [sizeOf(leading), x.shape.at(-1) ?? 1]);
  const product = apply(linearOperator, bias ? [rows, weight, bias] : [rows, weight], {});
  return reshape(product, [...leading, weight.shape[0]!]);
}
