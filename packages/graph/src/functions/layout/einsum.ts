import { sizeOf } from '@ungrain/core';
import type { Node } from '../../node.js';
import { refuse } from '../../operator.js';
import { matmul } from '../../operators/matmul.js';
import { reshape } from '../../operators/reshape.js';
import { sum } from '../../operators/sum.js';
import { transpose } from '../../operators/transpose.js';

/** A value whose dimensions have one-letter names. */
interface Labelled {
  readonly node: Node;
  readonly labels: string;
}

/**
 * Einstein summation, `einsum('bhid,bhjd->bhij', q, k)`: products over all dimensions, summed over the names that the
 * result lacks. Each product is one batched matrix product. An operand names each of its dimensions once.
 */
export function einsum(equation: string, ...operands: readonly Node[]): Node {
  const [left, result] = equation.replaceAll(' ', '').split('->');
  const names = left?.split(',') ?? [];
  const fits = names.length === operands.length && names.every((labels, i) => isNaming(labels, operands[i]));
  if (!fits || result === undefined || !isNaming(result) || [...result].some((name) => !left!.includes(name)))
    throw refuse('einsum', operands, `the equation '${equation}' does not fit`);

  const product = operands
    .map((node, i): Labelled => ({ node, labels: names[i]! }))
    .reduce((a, b, i) => contract(a, b, result + names.slice(i + 1).join('')));
  return arrange(sumOut(product, result), result).node;
}

const isNaming = (labels: string, node?: Node): boolean =>
  /^[a-zA-Z]*$/.test(labels) &&
  new Set(labels).size === labels.length &&
  (!node || node.shape.length === labels.length);

/** a·b, with the names that are not `needed` any more summed over. */
function contract(a: Labelled, b: Labelled, needed: string): Labelled {
  const left = sumOut(a, b.labels + needed);
  const right = sumOut(b, a.labels + needed);
  const shared = [...left.labels].filter((name) => right.labels.includes(name));
  const batch = shared.filter((name) => needed.includes(name)).join('');
  const summed = shared.filter((name) => !needed.includes(name)).join('');
  const rows = without(left.labels, batch + summed);
  const columns = without(right.labels, batch + summed);

  const matrix = (x: Labelled, ...groups: readonly string[]): Node => {
    const { node } = arrange(x, batch + groups.join(''));
    return reshape(node, [...sizesOf(x, batch), ...groups.map((labels) => sizeOf(sizesOf(x, labels)))]);
  };
  const product = matmul(matrix(left, rows, summed), matrix(right, summed, columns));
  const sizes = [...sizesOf(left, batch + rows), ...sizesOf(right, columns)];
  return { node: reshape(product, sizes), labels: batch + rows + columns };
}

const without = (labels: string, gone: string): string => [...labels].filter((name) => !gone.includes(name)).join('');

const sizesOf = ({ node, labels }: Labelled, names: string): number[] =>
  [...names].map((name) => node.shape[labels.indexOf(name)]!);

/** Sums over the names that are not among `needed`. */
function sumOut({ node, labels }: Labelled, needed: string): Labelled {
  const axes = [...labels].flatMap((name, i) => (needed.includes(name) ? [] : [i]));
  return axes.length === 0
    ? { node, labels }
    : { node: sum(node, axes), labels: without(labels, without(labels, needed)) };
}

/** The same dimensions in another order. */
const arrange = ({ node, labels }: Labelled, order: string): Labelled => ({
  node:
    order === labels
      ? node
      : transpose(
          node,
          [...order].map((name) => labels.indexOf(name)),
        ),
  labels: order,
});
