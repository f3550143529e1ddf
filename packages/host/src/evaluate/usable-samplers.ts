import { UngrainError, type Model, type Registry, type RunSpec } from '@ungrain/core';
import { rehearse } from './model-calls.js';

/** A sampler that has no place in a table, and why. */
export interface LeftOut {
  readonly name: string;
  readonly reason: string;
}

/** Results nearer than this are those of one method, written in two ways. */
const SAME = 1e-4;
const STEPS = 8;

/**
 * Which samplers of a registry can walk a model's schedule, by rehearsing each: one that refuses, or gives what another
 * one gives already (DDIM without noise is Euler's method on a flow), is left out. The run's own sampler comes first.
 */
export async function usableSamplers(
  spec: RunSpec,
  registry: Registry,
  model: Model,
): Promise<{ readonly usable: readonly string[]; readonly leftOut: readonly LeftOut[] }> {
  const names = [...new Set([spec.sampler.name, ...registry.samplers.names])];
  const usable = new Map<string, number>();
  const leftOut: LeftOut[] = [];
  for (const name of names) {
    const trial: RunSpec = { ...spec, sampler: { name, options: {} }, steps: STEPS };
    try {
      const { result } = await rehearse(trial, registry, model);
      const twin = [...usable].find(([, other]) => Math.abs(other - result) < SAME)?.[0];
      if (!Number.isFinite(result)) leftOut.push({ name, reason: 'it ends in no number' });
      else if (twin !== undefined) leftOut.push({ name, reason: `it does here what ${twin} does` });
      else usable.set(name, result);
    } catch (error) {
      if (!(error instanceof UngrainError)) throw error;
      leftOut.push({ name, reason: error.message.replace(/\.$/, '') });
    }
  }
  return { usable: [...usable.keys()], leftOut };
}
