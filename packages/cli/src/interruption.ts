import { UngrainError } from '@ungrain/core';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Does something that Ctrl-C (or SIGTERM) asks to end in order: the first fires the signal, the second kills.
 * @throws UngrainError `aborted` if it ended early
 */
export async function interruptible<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  for (const name of SIGNALS) process.once(name, stop);
  try {
    return await action(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted || error instanceof UngrainError) throw error;
    throw new UngrainError('aborted', 'Stopped before the end; nothing was written.', 'failure', { cause: error });
  } finally {
    for (const name of SIGNALS) process.off(name, stop);
  }
}
