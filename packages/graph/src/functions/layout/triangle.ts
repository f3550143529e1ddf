import type { Node } from '../../node.js';
import { booleans } from '../../node.js';
import { refuse } from '../../operator.js';
import { where } from '../../operators/where.js';

/** The lower triangle of each matrix: elements with column ≤ row + diagonal; 0 elsewhere. */
export const tril = (x: Node, diagonal = 0): Node => keep('tril', x, (row, column) => column <= row + diagonal);

/** The upper triangle of each matrix: elements with column ≥ row + diagonal; 0 elsewhere. */
export const triu = (x: Node, diagonal = 0): Node => keep('triu', x, (row, column) => column >= row + diagonal);

function keep(name: string, x: Node, inside: (row: number, column: number) => boolean): Node {
  const [rows, columns] = x.shape.slice(-2);
  if (rows === undefined || columns === undefined) throw refuse(name, [x], 'it is no matrix');
  return where(triangleMask(rows, columns, inside), x, 0);
}

/** A constant mask [rows, columns]. */
export const triangleMask = (rows: number, columns: number, inside: (row: number, column: number) => boolean): Node =>
  booleans(
    Array.from({ length: rows * columns }, (_, i) => inside(Math.floor(i / columns), i % columns)),
    [rows, columns],
  );
