import { concatRows, planRun, type Model, type Registry, type RunSpec, type Tensor } from '@ungrain/core';
import type { SheetContentRow } from '@ungrain/media/figures';
import { z } from 'zod';
import type { Assets } from './assets.js';
import type { Stage } from './sample-stages.js';
import { sampleToEnd } from './sample.js';
import { changeSpec } from './spec-change.js';

/** The most values along one axis. */
const MOST_VALUES = 64;

/** In what runs of a grid differ: a field of the spec, or `NAME.OPTION`, an option of its sampler, spacing or a guidance. */
export const axisSchema = z.strictObject({
  name: z.string().min(1),
  values: z.array(z.unknown()).min(1).max(MOST_VALUES),
});
export type GridAxis = z.output<typeof axisSchema>;

const isPrompt = ({ name }: GridAxis, value: unknown): value is readonly [string] =>
  name === 'conditions' && Array.isArray(value) && value.length === 1 && typeof value[0] === 'string';

const axisTitle = (axis: GridAxis): string =>
  axis.values.every((value) => isPrompt(axis, value)) ? 'prompts' : axis.name;

/** `steps 20`; a prompt alone says what it is. */
function rowLabel(axis: GridAxis, i: number): string {
  const value = axis.values[i];
  return isPrompt(axis, value) ? cut(value[0], LONGEST_PROMPT) : `${axis.name} ${labelOf(value)}`;
}
const LONGEST_PROMPT = 48;
const cut = (text: string, longest: number): string =>
  text.length > longest ? `${text.slice(0, longest - 1)}…` : text;

/** A value of an axis as it stands there: `ddim`, `20`. */
const labelOf = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'name' in value ? String(value.name) : shown(value);

export interface DrawGridOptions {
  readonly registry: Registry;
  readonly model: Model;
  /** What goes on with the images of each run. */
  readonly then?: readonly Stage[] | undefined;
  readonly assets?: Assets | undefined;
  readonly signal?: AbortSignal | undefined;
  /** @param done steps of all runs */
  readonly onStep?: ((done: number, total: number) => void) | undefined;
}

/** The specs of a grid: the first axis downwards, the second, if there is one, across. */
export const gridSpecs = (spec: RunSpec, [down, across]: readonly GridAxis[]): readonly (readonly RunSpec[])[] =>
  (down?.values ?? []).map((value) => {
    const row = changeSpec(spec, down!.name, value);
    return across ? across.values.map((other) => changeSpec(row, across.name, other)) : [row];
  });

/**
 * Runs a grid and draws it as a labelled sheet. All runs are checked before the first begins.
 * @returns the sheet as a PNG with the given texts
 * @throws UngrainError `unknown-field`, as `planRun` does
 */
export async function drawGrid(
  spec: RunSpec,
  axes: readonly GridAxis[],
  { registry, model, then = [], onStep, ...options }: DrawGridOptions,
): Promise<(text: Readonly<Record<string, string>>) => Uint8Array> {
  const [down, across] = axes;
  const stages = [{ spec, model, registry }, ...then].map((stage) => ({
    ...stage,
    specs: gridSpecs(stage.spec, axes),
  }));
  const total = stages
    .flatMap((stage) => stage.specs.flat().map((one) => planRun(one, stage.registry, stage.model).levels.length - 1))
    .reduce((sum, steps) => sum + steps, 0);
  let done = 0;
  const count = (): void => onStep?.((done += 1), total);
  // All runs of a stage before any of the next: two large models need not be in memory in turn.
  let drawn: Tensor[][] = [];
  for (const { specs, ...stage } of stages) {
    const images: Tensor[][] = [];
    for (const [i, row] of specs.entries()) {
      images.push([]);
      for (const [k, one] of row.entries())
        images[i]!.push(await sampleToEnd(one, { ...stage, ...options, image: drawn[i]?.[k], onStep: count }));
    }
    drawn = images;
  }
  const rows = drawn.map((images, i): SheetContentRow => ({ label: rowLabel(down!, i), images: concatRows(images) }));
  const { rasterize, sheetFigure } = await import('@ungrain/media/figures');
  const svg = sheetFigure(
    {
      title: `${spec.model}: ${axes.map(axisTitle).join(' × ')}`,
      caption: stages.map((stage) => captionOf(stage.spec, axes)).join(' Then, larger: '),
      ...(across && { corner: across.name, columns: across.values.map(labelOf) }),
      rows,
    },
    model.range,
  );
  return (text) => rasterize(svg, { text });
}

/** What all runs of a grid have in common. */
function captionOf(spec: RunSpec, axes: readonly GridAxis[]): string {
  const varied = new Set(axes.map(({ name }) => name));
  const facts = [
    varied.has('sampler') ? '' : spec.sampler.name,
    varied.has('steps') ? '' : `${spec.steps} steps`,
    ...spec.guidance.map(({ name, options }) => {
      const fixed = Object.entries(options).filter(([option]) => !varied.has(`${name}.${option}`));
      return `${name}${fixed.length > 0 ? ` (${fixed.map(([option, value]) => `${option} ${shown(value)}`).join(', ')})` : ''}`;
    }),
    varied.has('seed') ? '' : `seed ${spec.seed}`,
  ];
  return `${facts.filter((fact) => fact !== '').join(', ')}.`;
}

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 20 ? `${text.slice(0, 12)}…` : text;
};
