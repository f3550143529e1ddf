import { UngrainError } from './errors.js';
import { runNoise } from './run-noise.js';
import type { RunSpec } from './run-spec.js';
import type { RunState } from './run-state.js';

/** The settings of a run that has come so far: those it began with, and what its `changes` set up to this step. */
export function specAt({ changes = [], ...begun }: RunSpec, step: number): RunSpec {
  const made = changes.filter(({ after }) => after <= step).map(settingsOf);
  return Object.assign({ ...begun }, ...made) as RunSpec;
}

const settingsOf = (change: NonNullable<RunSpec['changes']>[number]): object =>
  Object.fromEntries(Object.entries(change).filter(([name]) => name !== 'after'));

/** The stretches of a run with one setting each: `from` a step on, up to the next stretch. */
export function stretches(spec: RunSpec): readonly { readonly from: number; readonly spec: RunSpec }[] {
  const starts = [0, ...(spec.changes ?? []).map(({ after }) => after)];
  return [...new Set(starts)].map((from) => ({ from, spec: specAt(spec, from) }));
}

/**
 * A run that goes on from a state in another way: a branch.
 * @param change what is other from there on; conditions are one for all samples or one for each
 * @throws UngrainError `change-order` if the run had changed later than at this step
 */
export function branchSpec(
  spec: RunSpec,
  after: number,
  change: Partial<Pick<RunSpec, 'sampler' | 'guidance' | 'conditions' | 'seed'>>,
): RunSpec {
  if (Object.keys(change).length === 0) return spec;
  const { changes = [] } = spec;
  if (changes.some((other) => other.after >= after))
    throw new UngrainError('change-order', `The run was changed at step ${after} or later already.`);
  return { ...spec, changes: [...changes, { after, ...change }] };
}

/**
 * A state of a run as one with other settings goes on from it. What sampler and guidances remember holds only for
 * themselves: another one starts anew.
 */
export function branchState(state: RunState, before: RunSpec, now: RunSpec): RunState {
  const sameSampler = JSON.stringify(before.sampler) === JSON.stringify(now.sampler);
  const guidances = now.guidance.map(({ name }, i) =>
    before.guidance[i]?.name === name ? (state.guidances[i] ?? null) : null,
  );
  return {
    ...state,
    sampler: sameSampler ? state.sampler : null,
    guidances,
    noise: before.seed === now.seed ? state.noise : runNoise(now).save(),
  };
}
