import type { Tensor } from '@ungrain/core';

/** The largest magnitude that is used: −128 has no opposite. */
const MOST = 127;

export interface Int8Rows {
  readonly values: Int8Array;
  /** One for each row: what its values are multiplied by. */
  readonly scales: Float32Array;
}

/**
 * A matrix [rows, columns] as whole numbers from −127 to 127 times a scale for each row, its largest magnitude / 127
 * (absolute-maximum quantisation; Dettmers et al. 2022, "LLM.int8()", eq. 1, by rows of the weight). An element is off by
 * half a scale at most.
 */
export function int8Rows({ data, shape }: Tensor): Int8Rows {
  const rows = shape[0]!;
  const columns = rows === 0 ? 0 : data.length / rows;
  const values = new Int8Array(data.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const [start, end] = [row * columns, (row + 1) * columns];
    let largest = 0;
    for (let i = start; i < end; i++) largest = Math.max(largest, Math.abs(data[i]!));
    const scale = Math.fround(largest / MOST);
    scales[row] = scale;
    if (scale === 0) continue;
    for (let i = start; i < end; i++) values[i] = Math.max(-MOST, Math.min(MOST, Math.round(data[i]! / scale)));
  }
  return { values, scales };
}
