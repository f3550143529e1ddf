import { parseRunSpec, UngrainError, type RunSpec, type RunSpecInput } from '@ungrain/core';
import { PRESETS } from '@ungrain/samplers';
import type { LoadedModel } from '../load-model.js';

/** How a stage is sampled, as far as it is said. */
export interface StageChoice {
  readonly preset?: PresetName | undefined;
  readonly steps?: number | undefined;
  readonly sampler?: RunSpecInput['sampler'] | undefined;
  readonly spacing?: RunSpecInput['spacing'] | undefined;
  /** γ of classifier-free guidance. */
  readonly scale?: number | undefined;
  /** What it goes away from. */
  readonly negative?: string | undefined;
  /** Replaces the stage's own guidance. */
  readonly guidance?: RunSpecInput['guidance'] | undefined;
}

/** Settings by name: IF's own lists of times, and DPM-Solver++ for few steps. */
export type PresetName = keyof typeof PRESETS | 'dpmpp20';

export const PRESET_NAMES = [...Object.keys(PRESETS), 'dpmpp20'] as readonly PresetName[];

/** Steps, sampler and spacing of a preset. */
function presetOf(name: PresetName): Partial<Pick<RunSpecInput, 'steps' | 'sampler' | 'spacing'>> {
  // Lu et al. 2022, "DPM-Solver++": 15 to 20 steps of its second multistep order on the data do for guided sampling.
  if (name === 'dpmpp20') return { steps: 20, sampler: { name: 'dpmpp-2m' }, spacing: { name: 'linspace' } };
  return {
    steps: PRESETS[name].reduce<number>((sum, count) => sum + count, 0),
    spacing: { name: 'preset', options: { list: name } },
  };
}

/** The run of a stage: its own settings, over them the preset's, over them what was said. */
export function stageRun(
  { model, weights, versions }: LoadedModel,
  choice: StageChoice,
  common: Pick<RunSpecInput, 'count' | 'conditions' | 'seed' | 'noise' | 'shape' | 'versions'>,
): RunSpec {
  const { preset, steps, sampler, spacing } = choice;
  return parseRunSpec({
    ...model.defaults,
    ...(preset && presetOf(preset)),
    ...common,
    model: model.name,
    weights: weights?.sha256,
    versions: { ...common.versions, ...versions },
    ...(steps !== undefined && { steps }),
    ...(sampler && { sampler }),
    ...(spacing && { spacing }),
    guidance: guidanceOf(choice, model.defaults.guidance ?? []),
  });
}

/** @throws UngrainError `no-guidance` if a scale or a negative is given, and no guidance takes it */
function guidanceOf(
  { guidance: chosen, scale, negative }: StageChoice,
  own: NonNullable<RunSpecInput['guidance']>,
): NonNullable<RunSpecInput['guidance']> {
  const guidance = chosen ?? own;
  if (scale === undefined && negative === undefined) return guidance;
  if (!guidance.some(({ name }) => name === 'cfg'))
    throw new UngrainError('no-guidance', "--scale and --negative are of the guidance 'cfg', which is not used here.");
  return guidance.map((one) => {
    if (one.name !== 'cfg') return one;
    const said = { ...(scale !== undefined && { scale }), ...(negative !== undefined && { negative }) };
    return { ...one, options: { ...one.options, ...said } };
  });
}
