import type { RunSpec } from '@ungrain/core';
import { printJson, printLine } from './output.js';

/** What came of a run. */
export interface Drawn {
  readonly files: readonly string[];
  /** As `performance.now()` tells it. */
  readonly started: number;
  readonly spec: RunSpec;
  readonly notes: readonly string[];
}

/** Tells what was drawn, where, and how long it took. @param what `40 images in 50 steps` */
export function tellFiles(
  what: string,
  { files, started, spec, notes }: Drawn,
  { json = false }: { readonly json?: boolean },
): void {
  const seconds = Number(((performance.now() - started) / 1000).toFixed(3));
  const { engine } = spec.versions;
  if (json) return printJson({ files, seconds, engine, notes, spec });
  notes.forEach((note) => printLine(note));
  printLine(`${what}, ${seconds.toFixed(1)} s on ${engine}: ${summary(files)}`);
}

const summary = (files: readonly string[]): string =>
  files.length <= 3 ? files.join(', ') : `${files[0]} and ${files.length - 1} more files`;
