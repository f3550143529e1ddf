import { UngrainError } from '@ungrain/core';
import { passed, rngParity, type ParityCheck, type ParityGroup, type ParitySource } from '@ungrain/core/parity';
import { filesParity } from '@ungrain/formats/parity';
import type { Engine } from '@ungrain/graph';
import { opsParity } from '@ungrain/graph/parity';
import { deepfloydParity } from '@ungrain/models-deepfloyd/parity';
import { mnistParity } from '@ungrain/models-mnist/parity';
import { guidanceParity, samplersParity, schedulesParity } from '@ungrain/samplers/parity';
import { checkPipelines } from './deepfloyd/pipelines-parity.js';
import { checkOlderConfigs, checkScheduler } from './deepfloyd/scheduler-parity.js';

/** What a group of reference vectors came to. */
export interface GroupReport {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  /** The passed or failed check that came nearest to its tolerance, or went furthest beyond. */
  readonly worst: ParityCheck | null;
  readonly failures: readonly ParityCheck[];
  /** What the group leaves out, a sentence each. */
  readonly skips: readonly string[];
}

/** Every group that can be checked. */
export const parityGroups = (engine: Engine): readonly ParityGroup[] => [
  rngParity,
  filesParity,
  samplersParity,
  schedulesParity,
  guidanceParity,
  opsParity({ engine }),
  ...mnistParity({ engine }),
  deepfloydParity({
    engine,
    also: {
      'reference/pipelines/': checkPipelines,
      'reference/scheduler/': checkScheduler,
      'reference/older_configs/': checkOlderConfigs,
    },
  }),
];

/**
 * Checks every group whose index the folder holds, and reports on each as it is done.
 * @param onCheck is told of each check, passed or not
 */
export async function* checkParity(
  source: ParitySource,
  groups: readonly ParityGroup[],
  onCheck?: (check: ParityCheck) => void,
): AsyncGenerator<GroupReport, void, void> {
  for (const group of groups) if (await source.exists(group.index)) yield checkGroup(source, group, onCheck);
}

/** A group that breaks off, over a damaged file, say, has failed with what it said. */
async function checkGroup(
  source: ParitySource,
  group: ParityGroup,
  onCheck?: (check: ParityCheck) => void,
): Promise<GroupReport> {
  const checks: ParityCheck[] = [];
  let skips: readonly string[] = [];
  try {
    for await (const check of group.run(source)) {
      checks.push(check);
      onCheck?.(check);
    }
    skips = (await group.skips?.(source)) ?? [];
  } catch (error) {
    checks.push({ name: group.index, error: Infinity, tolerance: 0, note: noteOf(error) });
  }
  const failures = checks.filter((check) => !passed(check));
  return {
    name: group.name,
    passed: checks.length - failures.length,
    failed: failures.length,
    worst: checks.reduce<ParityCheck | null>((a, b) => (a && excess(a) >= excess(b) ? a : b), null),
    failures,
    skips,
  };
}

/** How much of its tolerance a check used. NaN is the worst of all. */
function excess({ error, tolerance }: ParityCheck): number {
  if (Number.isNaN(error)) return Infinity;
  return error === 0 ? 0 : error / tolerance;
}

/** Of a foreign error only the first line: it may be long, and speak of the inside of a library. */
const noteOf = (error: unknown): string =>
  error instanceof UngrainError ? error.message : `it is malformed (${String(error).split('\n', 1)[0]})`;
