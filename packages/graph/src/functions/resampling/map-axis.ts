import { constant, type Node } from '../../node.js';
import { axisOf, refuse } from '../../operator.js';
import { matmul } from '../../operators/matmul.js';
import { transpose } from '../../operators/transpose.js';

/** A linear map of one dimension: row i says how output i is mixed from the inputs. */
export type AxisMatrix = readonly (readonly number[])[];

/**
 * Applies a constant matrix to each line along `axis`: y[…, i, …] = Σ_j matrix[i][j]·x[…, j, …]. Pools and interpolations
 * are such maps along the height and the width, so their gradients come with the matrix product.
 */
export function mapAxis(x: Node, axis: number, matrix: AxisMatrix): Node {
  const rank = x.shape.length;
  const along = axisOf('mapAxis', [x], axis, rank);
  const [rows, columns] = [matrix.length, x.shape[along]!];
  if (matrix.some((row) => row.length !== columns))
    throw refuse('mapAxis', [x], `the matrix does not have ${columns} columns for dimension ${axis}`);
  if (along === rank - 2) return matmul(constant(matrix.flat(), [rows, columns]), x);
  const columnsFirst = Array.from({ length: columns }, (_, j) => matrix.map((row) => row[j]!));
  const transposed = constant(columnsFirst.flat(), [columns, rows]);
  if (along === rank - 1) return matmul(x, transposed);
  const swapped = x.shape.map((_, i) => (i === along ? rank - 1 : i === rank - 1 ? along : i));
  return transpose(matmul(transpose(x, swapped), transposed), swapped);
}
