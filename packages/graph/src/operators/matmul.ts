import type { Node } from '../node.js';
import { apply, refuse, requireFloat, type Operator } from '../operator.js';
import { broadcastShape, sumToShape } from './elementwise.js';
import { reshape } from './reshape.js';
import { transpose } from './transpose.js';

/** Matrix product of the last two dimensions; those before them are broadcast. dA = dY·Bᵀ, dB = Aᵀ·dY. */
export const matmulOperator: Operator = {
  name: 'matmul',
  infer: (inputs) => {
    requireFloat('matmul', inputs);
    const [a, b] = inputs.map((node) => node.shape);
    if (a!.length < 2 || b!.length < 2 || a!.at(-1) !== b!.at(-2))
      throw refuse('matmul', inputs, 'the last dimension of the first must be the last but one of the second');
    const batches = broadcastShape('matmul', inputs, [a!.slice(0, -2), b!.slice(0, -2)]);
    return { shape: [...batches, a!.at(-2)!, b!.at(-1)!] };
  },
  gradient: ({ inputs: [a, b], cotangent }) => [
    sumToShape(matmul(cotangent, swapLast(b!)), a!.shape),
    sumToShape(matmul(swapLast(a!), cotangent), b!.shape),
  ],
  onnx: (emit, inputs) => emit.node('MatMul', inputs),
};

const swapLast = (x: Node): Node => {
  const rank = x.shape.length;
  return transpose(
    x,
    x.shape.map((_, i) => (i === rank - 2 ? rank - 1 : i === rank - 1 ? rank - 2 : i)),
  );
};

/** Matrix product with NumPy's rules: a vector on the left is a row, on the right a column, and its dimension goes again. */
export function matmul(a: Node, b: Node): Node {
  const left = a.shape.length === 1 ? reshape(a, [1, ...a.shape]) : a;
  const right = b.shape.length === 1 ? reshape(b, [...b.shape, 1]) : b;
  const product = apply(matmulOperator, [left, right], {});
  if (left === a && right === b) return product;
  const dropped = product.shape.filter(
    (_, i) => !(left !== a && i === product.shape.length - 2) && !(right !== b && i === product.shape.length - 1),
  );
  return reshape(product, dropped);
}
