import { UngrainError, type Plugin } from '@ungrain/core';
import type { TableKind } from '@ungrain/host';
import type { EngineFlags } from './engine-flags.js';
import type { RunFlags } from './run-flags.js';

export interface EvaluateFlags extends Omit<RunFlags, 'steps'>, EngineFlags {
  readonly count?: number;
  readonly data?: string;
  readonly neighbours?: string;
  readonly samples?: string;
  readonly table?: TableKind;
  readonly out?: string;
  readonly samplers?: readonly string[];
  readonly guidanceScales?: readonly number[];
  readonly steps?: readonly number[];
  readonly referenceSteps?: number;
  readonly weights?: string;
  readonly json?: boolean;
  readonly plugins?: readonly Plugin[];
}

/** Where flags that are not for every use belong. */
const PLACES: readonly {
  readonly flag: keyof EvaluateFlags;
  readonly name: string;
  readonly uses: readonly string[];
}[] = [
  { flag: 'out', name: '--out', uses: ['--table guidance', '--table steps'] },
  { flag: 'neighbours', name: '--neighbours', uses: ['no table'] },
  { flag: 'samples', name: '--samples', uses: ['no table'] },
  { flag: 'guidanceScales', name: '--guidance-scales', uses: ['--table guidance'] },
  { flag: 'samplers', name: '--samplers', uses: ['--table steps'] },
  { flag: 'referenceSteps', name: '--reference-steps', uses: ['--table steps'] },
];

/** Refuses flags that would do nothing. @throws UngrainError `bad-flag` */
export function checkFlags(flags: EvaluateFlags): void {
  const use = flags.table ? `--table ${flags.table}` : 'no table';
  for (const { flag, name, uses } of PLACES)
    if (flags[flag] !== undefined && !uses.includes(use))
      throw new UngrainError('bad-flag', `${name} goes with ${uses.join(' or ')}, not with ${use}.`);
  if ((flags.steps?.length ?? 1) > 1 && flags.table !== 'steps')
    throw new UngrainError('bad-flag', `--steps takes one number here; for several use --table steps.`);
}
