import { setTimeout } from 'node:timers/promises';
import type { UngrainError } from '@ungrain/core';

/** Waits; ends at once with the signal's error when it fires. */
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

export const waitForReal: Wait = async (milliseconds, signal) =>
  void (await setTimeout(milliseconds, null, { signal }));

/** Something went wrong that may be over in a while. */
export class Passing extends Error {
  override readonly name = 'Passing';
  constructor(
    /** What is said if it does not pass. */
    readonly error: UngrainError,
    /** How long the server asks to wait, in milliseconds. */
    readonly after?: number | undefined,
  ) {
    super(error.message, { cause: error });
  }
}

const ATTEMPTS = 5;
const FIRST_WAIT = 1000;
/** Who is asked to wait longer than this is told so, in place of being left to wait. */
const LONGEST_WAIT = 5 * 60_000;

export interface RetryOptions {
  readonly signal: AbortSignal;
  readonly wait: Wait;
  /** Grows with what was achieved; the attempts are counted anew where an attempt achieved something. */
  readonly achieved?: () => number;
}

/** Tries again what throws `Passing`: after 1, 2, 4, 8 s, or when the server says. @throws the last attempt's error */
export async function withRetries<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, wait, achieved = () => 0 } = options;
  for (let failures = 0; ;) {
    const before = achieved();
    try {
      signal.throwIfAborted();
      return await attempt();
    } catch (error) {
      if (!(error instanceof Passing)) throw error;
      failures = achieved() > before ? 1 : failures + 1;
      const pause = error.after ?? FIRST_WAIT * 2 ** (failures - 1);
      if (failures === ATTEMPTS || pause > LONGEST_WAIT) throw error.error;
      await wait(pause, signal);
    }
  }
}

/** `Retry-After`: seconds, or a date (RFC 9110, 10.2.3). In milliseconds. */
export function retryAfter(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  const time = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(time) ? Math.max(0, time) : undefined;
}
