import { suggestion, UngrainError } from '@ungrain/core';
import {
  batchNormFolding,
  blockedLayout,
  matrixProducts,
  transposedConvolutions,
  zeroSums,
  type Pass,
} from '@ungrain/graph';

/** The passes over a graph before it is compiled, in this order. */
const PASSES: readonly Pass[] = [zeroSums, batchNormFolding, matrixProducts, transposedConvolutions];
const BLOCKED = blockedLayout(1).name;

export const passNames: readonly string[] = [...PASSES.map(({ name }) => name), BLOCKED];

/**
 * The passes without those switched off. `blockWidth` finds the processor's; without one, images stay as they are.
 * @throws UngrainError `unknown-pass`
 */
export async function selectPasses(
  switchedOff: readonly string[],
  blockWidth: () => Promise<number | null>,
): Promise<readonly Pass[]> {
  for (const name of switchedOff)
    if (!passNames.includes(name))
      throw new UngrainError('unknown-pass', `There is no pass '${name}'${suggestion(name, passNames)}`);
  const on = PASSES.filter(({ name }) => !switchedOff.includes(name));
  const width = switchedOff.includes(BLOCKED) ? null : await blockWidth();
  return width === null ? on : [...on, blockedLayout(width)];
}
