import { UngrainError } from '@ungrain/core';

/** Something by name with options, as flags write it: `ddim:eta=0.5,clip=true`. */
export interface NamedOptions {
  readonly name: string;
  /** As text; the schema of what is named says what they are. */
  readonly options: ReadonlyMap<string, string>;
}

/**
 * Reads `NAME` or `NAME:KEY=VALUE,KEY=VALUE`. A piece without a key goes on with the value before it, so lists need no
 * quotes: `explicit:times=0,0.5,1,clean=false`, `views:views=identity,skew:factor=0.5`.
 *
 * @param flag for messages: `--sampler`
 * @throws UngrainError `bad-flag`
 */
export function parseNamedOptions(text: string, flag: string): NamedOptions {
  const colon = text.indexOf(':');
  const name = (colon < 0 ? text : text.slice(0, colon)).trim();
  const refuse = (reason: string): never => {
    throw new UngrainError('bad-flag', `${flag} '${text}' ${reason}; write NAME or NAME:KEY=VALUE,KEY=VALUE.`);
  };
  if (name === '') refuse('has no name');
  const options = new Map<string, string>();
  let current: string | undefined;
  for (const piece of colon < 0 ? [] : text.slice(colon + 1).split(',')) {
    const equals = /^[^:=]*=/.test(piece) ? piece.indexOf('=') : -1;
    if (equals < 0) {
      if (current === undefined || piece.trim() === '') refuse(`has '${piece}' where KEY=VALUE should be`);
      options.set(current!, `${options.get(current!)},${piece}`);
      continue;
    }
    current = piece.slice(0, equals).trim();
    if (current === '') refuse(`has a value without a key`);
    if (options.has(current)) refuse(`gives '${current}' twice`);
    options.set(current, piece.slice(equals + 1));
  }
  return { name, options };
}

/** The text that `parseNamedOptions` reads as the same. */
export function formatNamedOptions({ name, options }: NamedOptions): string {
  const pairs = [...options].map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? name : `${name}:${pairs.join(',')}`;
}
