/** Prints one JSON value, and nothing else. Numbers that JSON does not have become null. */
export const printJson = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);

export const printLine = (line = ''): void => void process.stdout.write(`${line}\n`);

/** Rows with their columns aligned. */
export function printColumns(rows: readonly (readonly string[])[], indent = ''): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows) printLine(`${indent}${row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')}`.trimEnd());
}

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** `1 image`, `2 images` */
export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
