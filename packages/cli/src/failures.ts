import { reasonOf } from '@ungrain/core';
import { CommanderError } from 'commander';

/** Exit statuses. 130 is what shells report for a command that Ctrl-C ended. */
export const EXIT = { ok: 0, failure: 1, usage: 2, interrupted: 130 } as const;

/** What an UngrainError is, without loading the package that defines it: `--help` must stay quick. */
interface KnownError extends Error {
  readonly code: string;
  readonly kind: 'usage' | 'failure';
}

const isKnown = (error: unknown): error is KnownError => error instanceof Error && error.name === 'UngrainError';

/** Commander has already printed what was wrong, or the help that was asked for. Null for errors of others. */
export function statusOfCommander(error: unknown): number | null {
  if (!(error instanceof CommanderError)) return null;
  return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}

export function exitStatusOf(error: unknown): number {
  if (!isKnown(error)) return EXIT.failure;
  if (error.code === 'aborted') return EXIT.interrupted;
  return EXIT[error.kind];
}

/** An error as the user sees it: one sentence; the stack only with UNGRAIN_DEBUG=1. */
export function report(error: unknown): string {
  const stack = error instanceof Error && process.env['UNGRAIN_DEBUG'] === '1' ? `${error.stack}\n` : '';
  if (isKnown(error)) return `ungrain: ${error.message.replace(/\?\.$/, '?')}\n${stack}`;
  const hint = stack ? '' : '; set UNGRAIN_DEBUG=1 to see where';
  return `ungrain: Something unforeseen went wrong: ${reasonOf(error)}${hint}.\n${stack}`;
}

/** Commander's message (`error: unknown option '--stesp'`, `(Did you mean --steps?)`) as one sentence. @param command that was used: `ungrain train` */
export function commanderSentence(text: string, command: string): string {
  const [, what = text, near] = /^error: ([^]*?)\.?\s*(?:\(Did you mean (?:one of )?([^]*?)\?\))?\s*$/.exec(text) ?? [];
  const end =
    near === undefined ? `; see \`${command} --help\`.` : `, did you mean '${near.replaceAll(', ', "' or '")}'?`;
  return `ungrain: ${capitalize(what.replaceAll('\n', ' '))}${end}\n`;
}

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
