import { branchSpec, MAX_STEPS, parseRunSpec, UngrainError, type Registry, type RunSpec } from '@ungrain/core';
import { readState, type SavedRun } from '@ungrain/host';
import { Option, type Command } from 'commander';
import { wholeNumberFlag } from './common-flags.js';
import { chosenParts, type RunFlags } from './run-flags.js';

/** What says where a run is stopped, and from where it goes on. */
export interface StateFlags {
  readonly saveState?: string;
  readonly stopAfter?: number;
  readonly fromState?: string;
}

export function addStateFlags(command: Command): void {
  command
    .addOption(new Option('--save-state <file>', 'where the run is kept if it is stopped, as safetensors'))
    .addOption(wholeNumberFlag('--stop-after', 'stop after so many steps', { min: 1, max: MAX_STEPS }))
    .addOption(
      new Option(
        '--from-state <file>',
        'go on with a stopped run; --guidance, --sampler, --class and --seed branch it',
      ),
    );
}

/** Flags of `sample` that do not go with a run that is in the middle. */
const SETTLED = ['steps', 'noise', 'spacing', 'schedule', 'count', 'grid', 'gif', 'gifX0'] as const;
const NAMES: Partial<Record<(typeof SETTLED)[number], string>> = { gifX0: 'gif-x0' };

/** Refuses flags that contradict each other. @throws UngrainError `bad-flag` */
export function checkStateFlags(flags: StateFlags & Readonly<Record<string, unknown>>): void {
  if (flags.stopAfter !== undefined && flags.saveState === undefined)
    throw new UngrainError('bad-flag', '--stop-after needs --save-state FILE, or what was done would be lost.');
  if (flags.grid !== undefined && flags.saveState !== undefined)
    throw new UngrainError('bad-flag', '--save-state keeps one run, and --grid makes several.');
  if (flags.fromState === undefined) return;
  for (const flag of SETTLED)
    if (flags[flag] !== undefined)
      throw new UngrainError(
        'bad-flag',
        `--${NAMES[flag] ?? flag} is for runs from their start; what --from-state goes on with has settled it.`,
      );
}

/** A stopped run of a model. @throws UngrainError `other-model`, as `readState` does */
export async function readStateFor(path: string, model: string): Promise<SavedRun> {
  const saved = await readState(path);
  if (saved.record.spec.model === model) return saved;
  throw new UngrainError('other-model', `${path} holds a run of '${saved.record.spec.model}', not of '${model}'.`);
}

/** The saved run's spec, or a branch of it where flags say something else. @throws UngrainError as `chosenParts` does */
export function branchOfFlags(
  { record: { spec }, state }: SavedRun,
  flags: RunFlags,
  conditions: readonly unknown[] | null,
  registry: Registry,
): RunSpec {
  const change = {
    ...chosenParts({ sampler: flags.sampler, guidance: flags.guidance }, registry),
    ...(flags.seed !== undefined && { seed: flags.seed }),
    ...(conditions && { conditions: [...conditions] }),
  };
  return parseRunSpec(branchSpec(spec, state.index, change));
}
