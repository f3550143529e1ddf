/** A braille character is two dots wide and four high; these are their bits, from the top. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const BLANK = 0x2800;
const LABEL_WIDTH = 10;

/**
 * Positive values from left to right as a curve of dots on a logarithmic axis: lines of text, the first and the last
 * labelled with the highest and the lowest value.
 */
export function dotCurve(
  values: readonly number[],
  { columns, rows }: { readonly columns: number; readonly rows: number },
): string[] {
  const shown = spread(values, 2 * columns);
  const [lowest, highest] = [Math.min(...shown), Math.max(...shown)];
  const span = Math.log(highest / lowest) || 1;
  const cells = Array.from({ length: rows }, () => new Uint8Array(columns));
  shown.forEach((value, x) => {
    const y = Math.round((Math.log(highest / value) / span) * (4 * rows - 1));
    cells[Math.floor(y / 4)]![Math.floor(x / 2)]! |= DOTS[x % 2]![y % 4]!;
  });
  return cells.map((line, row) => {
    const label = row === 0 ? highest.toPrecision(3) : row === rows - 1 ? lowest.toPrecision(3) : '';
    return `${label.padStart(LABEL_WIDTH)} ${String.fromCharCode(...Array.from(line, (bits) => BLANK + bits))}`;
  });
}

/** At most `places` of the values, evenly, the last of them always there. */
function spread(values: readonly number[], places: number): readonly number[] {
  if (values.length <= places) return values;
  return Array.from({ length: places }, (_, i) => values[Math.ceil(((i + 1) * values.length) / places) - 1]!);
}
