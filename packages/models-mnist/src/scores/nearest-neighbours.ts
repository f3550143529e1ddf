import type { Tensor } from '@ungrain/core';
import { rowsOf, type Rows } from './rows.js';

/** For each query its nearest points, the nearest first. */
export interface Neighbours {
  /** [query][0 … k−1]: Euclidean distances; infinite where there were fewer points. */
  readonly distances: readonly Float64Array[];
  /** The numbers of the points, counted in the order in which they were added. */
  readonly points: readonly Uint32Array[];
}

export interface NeighbourSearch {
  /** Looks at more points, [rows, width]. Parts keep memory small, and let a long search be shown and stopped. */
  add(points: Tensor): void;
  result(): Neighbours;
}

/** So many squares are added up between two looks at whether a point is too far already. */
const STRIDE = 16;

/**
 * An exact search for the k nearest points of each query. A distance is given up once it exceeds the k-th best ("partial
 * distance search", Bei & Gray 1985), which comes soonest if the coordinates in which the queries vary most come first.
 *
 * @param queries [rows, width]
 * @throws RangeError for shapes that do not fit
 */
export function neighbourSearch(queries: Tensor, k: number): NeighbourSearch {
  const given = rowsOf(queries);
  const order = byVariance(given);
  const rows = reorder(given, order);
  const best = Array.from({ length: rows.count }, () => new Float64Array(k).fill(Infinity));
  const found = Array.from({ length: rows.count }, () => new Uint32Array(k));
  let added = 0;
  return {
    add(points) {
      const block = reorder(rowsOf(points), order);
      for (let query = 0; query < rows.count; query++)
        for (let point = 0; point < block.count; point++) {
          const limit = best[query]![k - 1]!;
          const squared = distanceBelow(limit, rows, query, block, point);
          if (squared < limit) insert(best[query]!, found[query]!, squared, added + point);
        }
      added += block.count;
    },
    result: () => ({ distances: best.map((squares) => squares.map(Math.sqrt)), points: found }),
  };
}

/** ‖a − b‖², or anything from `limit` on if it is no smaller. */
function distanceBelow(limit: number, a: Rows, i: number, b: Rows, j: number): number {
  const { width } = a;
  const [from, to] = [i * width, j * width];
  let sum = 0;
  for (let start = 0; start < width && sum < limit; start += STRIDE) {
    const end = Math.min(start + STRIDE, width);
    for (let at = start; at < end; at++) {
      const difference = a.data[from + at]! - b.data[to + at]!;
      sum += difference * difference;
    }
  }
  return sum;
}

function insert(distances: Float64Array, points: Uint32Array, distance: number, point: number): void {
  let at = distances.length - 1;
  for (; at > 0 && distances[at - 1]! > distance; at--) {
    distances[at] = distances[at - 1]!;
    points[at] = points[at - 1]!;
  }
  distances[at] = distance;
  points[at] = point;
}

/** The coordinates, those in which the rows vary most first. */
function byVariance({ data, count, width }: Rows): Uint32Array {
  const [sums, squares] = [new Float64Array(width), new Float64Array(width)];
  data.forEach((value, at) => {
    sums[at % width]! += value;
    squares[at % width]! += value * value;
  });
  const variances = squares.map((square, i) => square / count - (sums[i]! / count) ** 2);
  return Uint32Array.from(variances.keys()).sort((i, j) => variances[j]! - variances[i]!);
}

function reorder({ data, count, width }: Rows, order: Uint32Array): Rows {
  if (width !== order.length) throw new RangeError(`Points of width ${width} are no neighbours of ${order.length}.`);
  const ordered = new Float32Array(data.length);
  for (let row = 0; row < count; row++)
    for (let at = 0; at < width; at++) ordered[row * width + at] = data[row * width + order[at]!]!;
  return { data: ordered, count, width };
}
