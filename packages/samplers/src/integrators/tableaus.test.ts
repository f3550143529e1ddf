import { describe, expect, test } from '@jest/globals';
import { EMBEDDED_TABLEAUS } from './embedded-tableaus.js';
import { FIXED_TABLEAUS, nodesOf, type EmbeddedTableau, type Tableau } from './tableau.js';

const all = Object.entries<Tableau>({ ...FIXED_TABLEAUS, ...EMBEDDED_TABLEAUS });
const embedded = Object.entries<EmbeddedTableau>(EMBEDDED_TABLEAUS);

/** y' = −2·t·y², y(0) = 1, whose solution is 1/(1 + t²). */
const slope = (t: number, y: number): number => -2 * t * y ** 2;

function stages({ a }: Tableau, nodes: readonly number[], t: number, y: number, h: number): readonly number[] {
  const slopes: number[] = [];
  a.forEach((row, i) => slopes.push(slope(t + nodes[i]! * h, y + h * dot(row, slopes))));
  return slopes;
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

function errorAfter(tableau: Tableau, steps: number): number {
  const [end, nodes] = [1, nodesOf(tableau)];
  const h = end / steps;
  let y = 1;
  for (let i = 0; i < steps; i++) y += h * dot(tableau.b, stages(tableau, nodes, i * h, y, h));
  return Math.abs(y - 1 / (1 + end ** 2));
}

describe.each(all)('%s', (_, tableau) => {
  test('is explicit, and its weights add up to 1', () => {
    tableau.a.forEach((row, i) => expect(row).toHaveLength(i));
    expect(tableau.b).toHaveLength(tableau.a.length);
    expect(
      dot(
        tableau.b,
        tableau.b.map(() => 1),
      ),
    ).toBeCloseTo(1, 14);
  });

  test(`converges with order ${tableau.order}`, () => {
    const [coarse, fine] = tableau.order > 5 ? [4, 8] : [16, 32];
    const measured = Math.log2(errorAfter(tableau, coarse) / errorAfter(tableau, fine));
    expect(Math.abs(measured - tableau.order)).toBeLessThan(0.1 * tableau.order);
  });
});

describe.each(embedded)('%s', (_, tableau) => {
  test('estimates an error that falls by the order of the lower method, and is 0 for a constant slope', () => {
    const nodes = nodesOf(tableau);
    const errorOf = (h: number): number => Math.abs(h * dot(tableau.error, stages(tableau, nodes, 0.2, 0.9, h)));
    const measured = Math.log2(errorOf(0.08) / errorOf(0.04));
    expect(Math.abs(measured - tableau.order)).toBeLessThan(0.15 * tableau.order);
    expect(
      dot(
        tableau.error,
        tableau.error.map(() => 1),
      ),
    ).toBeCloseTo(0, 14);
  });
});
