import { closest, distance } from 'fastest-levenshtein';

/** `usage`: the caller asked for something impossible (exit status 2). `failure`: it was fine but went wrong (exit status 1). */
export type ErrorKind = 'usage' | 'failure';

/**
 * The one error of Ungrain. Its message is a sentence for the person at the keyboard: what was wrong, where, and what
 * to do. Its code is stable and meant for programs.
 */
export class UngrainError extends Error {
  override readonly name = 'UngrainError';

  constructor(
    /** Stable, kebab-case: `unknown-sampler`, `shape-mismatch`, `file-truncated` … */
    readonly code: string,
    message: string,
    readonly kind: ErrorKind = 'usage',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The known names that are nearest to a given one, the nearest first. */
export const nearest = (given: string, known: readonly string[], count: number): readonly string[] =>
  known
    .map((name) => ({ name, far: distance(given.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)
    .slice(0, count)
    .map(({ name }) => name);

/** Ends the sentence that refuses a name: `, did you mean 'ddim'?` where a known one is near, else `; known are a, b, c.` */
export function suggestion(given: string, known: readonly string[]): string {
  if (known.length === 0) return '.';
  const near = closest(given.toLowerCase(), known);
  const close = distance(given.toLowerCase(), near) <= Math.max(2, Math.floor(given.length / 3));
  return close ? `, did you mean '${near}'?` : `; known are ${known.join(', ')}.`;
}

/** What was thrown, to stand inside a sentence: the first line of its message, without a full stop. */
export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!.replace(/\.$/, '');
