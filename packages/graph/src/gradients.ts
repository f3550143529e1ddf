import { sizeOf, UngrainError } from '@ungrain/core';
import { topological } from './graph.js';
import { constant, describeNode, type Node } from './node.js';
import { add } from './operators/add.js';

/**
 * Reverse-mode gradients: ∂ Σ(output · cotangent) / ∂ wrtᵢ for each of `wrt`, as nodes of the same graph.
 * A node that the output does not depend on gets zeros.
 *
 * @param output any float32 node; with the default cotangent of ones, usually a scalar loss
 * @throws UngrainError `no-gradient` if a path from `wrt` to `output` runs through an operator without a gradient rule
 */
export function gradients<const Wrt extends readonly Node[]>(
  output: Node,
  wrt: Wrt,
  cotangent: Node = ones(output),
): { -readonly [K in keyof Wrt]: Node } {
  const order = topological([output]);
  const active = new Set<Node>(wrt);
  for (const node of order)
    if (node.kind === 'operation' && node.inputs.some((operand) => active.has(operand))) active.add(node);

  const cotangents = new Map<Node, Node>([[output, cotangent]]);
  for (const node of order.toReversed()) {
    const incoming = cotangents.get(node);
    if (node.kind !== 'operation' || !incoming || !active.has(node)) continue;
    const { operator, inputs, attributes } = node;
    if (operator.noGradient)
      throw new UngrainError('no-gradient', `${describeNode(node)} has no gradient: ${operator.noGradient}.`);
    if (!operator.gradient) continue; // piecewise constant: nothing flows
    const outgoing = operator.gradient({ node, inputs, attributes, cotangent: incoming });
    if (outgoing.length !== inputs.length)
      throw new UngrainError(
        'no-gradient',
        `The gradient rule of ${operator.name} gives ${outgoing.length} cotangents for ${inputs.length} inputs.`,
      );
    inputs.forEach((operand, i) => {
      const flow = outgoing[i];
      if (!flow || !active.has(operand)) return;
      const known = cotangents.get(operand);
      cotangents.set(operand, known ? add(known, flow) : flow);
    });
  }
  const zeros = (node: Node): Node => constant(new Float32Array(sizeOf(node.shape)), node.shape);
  return wrt.map((node) => cotangents.get(node) ?? zeros(node)) as { -readonly [K in keyof Wrt]: Node };
}

const ones = (node: Node): Node => constant(new Float32Array(sizeOf(node.shape)).fill(1), node.shape);
