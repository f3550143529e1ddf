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

/** An estimate: `About 12.3 s`, `About 4 minutes`. */
export function duration(seconds: number): string {
  if (seconds < 0.1) return 'Less than 0.1 s';
  return `About ${seconds < 100 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds / 60)} minutes`}`;
}
