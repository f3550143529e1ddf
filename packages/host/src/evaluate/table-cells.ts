import { MAX_STEPS, type Model, type Registry, type RunSpec } from '@ungrain/core';
import { z } from 'zod';
import { rehearse } from './model-calls.js';

/** What the tables vary, each with its default; the flags come from here. */
export const tableSchema = z.strictObject({
  guidanceScales: z
    .array(z.number().min(0).max(1000))
    .min(1)
    .default([0, 1, 1.5, 2, 3, 5, 7, 10])
    .describe('The γ of the guidance table.'),
  steps: z
    .array(z.int().min(1).max(MAX_STEPS))
    .min(1)
    .default([5, 10, 15, 20, 30, 50])
    .describe("Steps from noise to data, several for the steps table; the model's own otherwise."),
  referenceSteps: z
    .int()
    .min(1)
    .max(MAX_STEPS)
    .default(300)
    .describe("Steps of the run of the model's own sampler that the steps table is measured against."),
});

export type TableKind = 'guidance' | 'steps';

/** One row of a table: how the samples are drawn. */
export interface PlannedCell {
  readonly sampler: string;
  readonly steps: number;
  /** γ of classifier-free guidance; null without it. */
  readonly scale: number | null;
  readonly spec: RunSpec;
  /** How often the network will be evaluated for a sample, as far as one can tell beforehand. */
  readonly callsPerSample: number;
}

/** The guidance whose scale is varied. */
const CFG = 'cfg';

/** A cell for each γ, everything else as in the run. */
export const guidanceCells = (base: RunSpec, scales: readonly number[]): readonly RunSpec[] =>
  distinct(scales).map((scale) => {
    const cfg = { name: CFG, options: { scale } };
    const has = base.guidance.some(({ name }) => name === CFG);
    const guidance = has ? base.guidance.map((one) => (one.name === CFG ? cfg : one)) : [...base.guidance, cfg];
    return { ...base, guidance };
  });

/** The reference first, then a cell for each sampler and number of steps. */
export const stepsCells = (
  base: RunSpec,
  {
    samplers,
    steps,
    referenceSteps,
  }: {
    readonly samplers: readonly string[];
    readonly steps: readonly number[];
    readonly referenceSteps: number;
  },
): readonly RunSpec[] => [
  { ...base, steps: referenceSteps },
  ...distinct(samplers).flatMap((name) =>
    distinct(steps).map((count) => ({
      ...base,
      steps: count,
      sampler: name === base.sampler.name ? base.sampler : { name, options: {} },
    })),
  ),
];

/** Plans each run, so that what cannot be run is refused before any is. @throws as `planRun` does */
export async function planCells(
  specs: readonly RunSpec[],
  registry: Registry,
  model: Model,
): Promise<readonly PlannedCell[]> {
  const cells = new Map<string, PlannedCell>();
  for (const spec of specs) {
    const { calls } = await rehearse(spec, registry, model);
    const cell = { sampler: spec.sampler.name, steps: spec.steps, scale: scaleOf(spec), spec, callsPerSample: calls };
    cells.set(cellKey(cell), cell);
  }
  return [...cells.values()];
}

/** What tells the cells of a table apart. */
export const cellKey = ({ sampler, steps, scale }: Pick<PlannedCell, 'sampler' | 'steps' | 'scale'>): string =>
  JSON.stringify([sampler, steps, scale]);

function scaleOf({ guidance }: RunSpec): number | null {
  const scale = guidance.find(({ name }) => name === CFG)?.options['scale'];
  return typeof scale === 'number' ? scale : null;
}

const distinct = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];
