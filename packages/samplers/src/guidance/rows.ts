import { sizeOf, type Tensor } from '@ungrain/core';

/** Over what norms and products are taken: a whole sample, or each of its channels by itself. */
export type Over = 'sample' | 'channel';

/** How many numbers in a row belong together. */
const groupSize = ({ shape }: Tensor, over: Over): number => sizeOf(shape.slice(over === 'sample' ? 1 : 2));

/** Σ aᵢ·bᵢ over each sample or channel, in double precision. */
export function dots(a: Tensor, b: Tensor, over: Over = 'sample'): readonly number[] {
  const size = groupSize(a, over);
  return Array.from({ length: a.data.length / size }, (_, group) => {
    let sum = 0;
    for (let i = group * size; i < (group + 1) * size; i++) sum += a.data[i]! * b.data[i]!;
    return sum;
  });
}

export const norms = (x: Tensor, over: Over = 'sample'): readonly number[] => dots(x, x, over).map(Math.sqrt);

/** The standard deviation of each sample's numbers. */
export function deviations(x: Tensor): readonly number[] {
  const size = groupSize(x, 'sample');
  return dots(x, x).map((squares, row) => {
    let sum = 0;
    for (let i = row * size; i < (row + 1) * size; i++) sum += x.data[i]!;
    return Math.sqrt(Math.max(0, squares / size - (sum / size) ** 2));
  });
}

/** Σ weight·tensor with a weight for each sample or channel, rounded once. A number is the weight of all. */
export function linearByRow(
  over: Over,
  ...terms: readonly (readonly [weights: number | readonly number[], x: Tensor])[]
): Tensor {
  const [, first] = terms[0]!;
  const size = groupSize(first, over);
  const data = new Float32Array(first.data.length);
  for (let group = 0; group * size < data.length; group++) {
    const weighted = terms.map(([weights, x]) => [typeof weights === 'number' ? weights : weights[group]!, x] as const);
    for (let i = group * size; i < (group + 1) * size; i++) {
      let sum = 0;
      for (const [weight, x] of weighted) sum += weight * x.data[i]!;
      data[i] = sum;
    }
  }
  return { data, shape: first.shape };
}
