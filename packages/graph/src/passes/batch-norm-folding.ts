import type { Node, OperationNode } from '../node.js';
import { add } from '../operators/add.js';
import { batchNormInferenceOperator } from '../operators/batch-norm-inference.js';
import { convTranspose2dOperator } from '../operators/conv-transpose2d.js';
import { conv2dOperator } from '../operators/conv2d.js';
import type { ConvolutionAttributes } from '../operators/convolution.js';
import { divide } from '../operators/divide.js';
import { multiply } from '../operators/multiply.js';
import { reshape } from '../operators/reshape.js';
import { sqrt } from '../operators/sqrt.js';
import { subtract } from '../operators/subtract.js';
import { operationsOf, rewrite, withInputs, type Pass } from './pass.js';

/**
 * A batch norm with fixed statistics after a convolution is a convolution: with s = γ/√(σ² + ε), the weight is multiplied
 * by s and the bias b becomes s·(b − μ) + β. With constant weights an engine computes both once.
 */
export const batchNormFolding: Pass = {
  name: 'batch-norm-folding',
  summary: 'a batch norm with fixed statistics goes into the weights of the convolution before it',
  apply: (source) => {
    const uses = new Map<Node, number>();
    for (const { inputs } of operationsOf(source)) for (const x of inputs) uses.set(x, (uses.get(x) ?? 0) + 1);
    for (const root of [...source.outputs.values(), ...source.updates.values()]) uses.set(root, 2);
    return rewrite(source, (node, original) => {
      if (node.operator !== batchNormInferenceOperator || uses.get(original.inputs[0]!) !== 1) return node;
      return folded(node) ?? node;
    });
  },
};

/** Where the output channels stand among the dimensions of a weight. */
const OUTPUT_CHANNELS = new Map<unknown, number>([
  [conv2dOperator, 0],
  [convTranspose2dOperator, 1],
]);

function folded(node: OperationNode): Node | null {
  const [convolution, gamma, beta, mean, variance] = node.inputs;
  if (convolution!.kind !== 'operation') return null;
  const axis = OUTPUT_CHANNELS.get(convolution!.operator);
  const { groups } = convolution!.attributes as ConvolutionAttributes;
  if (axis === undefined || (axis === 1 && groups !== 1)) return null;
  const [x, weight, bias] = convolution!.inputs;
  const { epsilon } = node.attributes as { readonly epsilon: number };
  const scale = divide(gamma!, sqrt(add(variance!, epsilon)));
  const along = reshape(
    scale,
    weight!.shape.map((size, i) => (i === axis ? size : 1)),
  );
  const shift = add(multiply(scale, bias ? subtract(bias, mean!) : multiply(mean!, -1)), beta!);
  return withInputs(convolution as OperationNode, [x!, multiply(weight!, along), shift]);
}
