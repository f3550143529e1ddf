import { formatShape, sameShape, UngrainError } from '@ungrain/core';
import type { nn, Weight } from '@ungrain/graph';
import type { LocatedWeight } from './locate-weights.js';

/** Names under which other writers store a tensor, by ours. */
export type Aliases = Readonly<Record<string, readonly string[]>>;

const FLOATS = ['float32', 'float16', 'bfloat16'];

/**
 * The weight of each declaration, checked by the headers before any is read.
 *
 * @param where for messages
 * @throws UngrainError `weights-mismatch`: which are missing, which are of another shape or type, which nothing uses
 */
export function matchWeights(
  declarations: readonly nn.Declaration[],
  located: ReadonlyMap<string, LocatedWeight>,
  where: string,
  aliases: Aliases = {},
): ReadonlyMap<string, Weight> {
  const matched = new Map<string, Weight>();
  const left = new Set(located.keys());
  const faults: string[] = [];
  for (const { name, shape } of declarations) {
    const stored = [name, ...(aliases[name] ?? [])].filter((alias) => located.has(alias));
    for (const alias of stored) left.delete(alias);
    const place = located.get(stored[0] ?? name);
    const found = place?.weight;
    if (!place || !found) faults.push(`'${name}' ${formatShape(shape)} is missing`);
    else if (!sameShape(found.shape, shape))
      faults.push(`'${name}' should be ${formatShape(shape)} and is ${formatShape(found.shape)} in ${place.in}`);
    else if (!FLOATS.includes(found.dtype) && !('scales' in found))
      faults.push(`'${name}' is ${found.dtype} in ${place.in}, which is no float and has no scales`);
    else matched.set(name, found);
  }
  for (const name of left) {
    const { in: file, weight } = located.get(name)!;
    faults.push(`nothing uses '${name}' ${formatShape(weight.shape)} of ${file}`);
  }
  if (faults.length === 0) return matched;
  const more = faults.length > 3 ? `, and ${faults.length - 3} more` : '';
  throw new UngrainError(
    'weights-mismatch',
    `The weights of ${where} do not fit its config: ${faults.slice(0, 3).join('; ')}${more}.`,
    'failure',
  );
}
