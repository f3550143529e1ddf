import { setImmediate } from 'node:timers/promises';

/** How far an evaluation has come; each phase counts for itself. */
export interface EvaluationProgress {
  readonly phase: 'drawing' | 'reading real images' | 'scoring' | 'looking for neighbours';
  /** Of `total`; may be a fraction. */
  readonly done: number;
  readonly total: number;
}

/** What long computations take. */
export interface Attended {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
}

/** Lets signals and timers through between two parts of a long computation. @throws the signal's reason if it was aborted */
export async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  signal?.throwIfAborted();
}
