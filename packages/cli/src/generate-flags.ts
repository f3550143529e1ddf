import { runSpecSchema, UngrainError, type Plugin, type RunSpec } from '@ungrain/core';
import {
  loadModel,
  PRESET_NAMES,
  stageRun,
  stagesOf,
  type LoadedModel,
  type PresetName,
  type Stage,
  type Telling,
} from '@ungrain/host';
import { Option, type Command } from 'commander';
import { jsonFlag, wholeNumberFlag } from './common-flags.js';
import { addDeepfloydFlags, deepfloydOf, type DeepfloydFlags } from './deepfloyd-flags.js';
import { engineFlag, engineOfFlags, threadsFlag, type EngineFlags } from './engine-flags.js';
import { fieldFlags } from './field-flag.js';
import type { NamedOptions } from './named-options.js';
import { addRunFlags, chosenParts, named, type RunFlags } from './run-flags.js';
import { versionsWith } from './versions.js';

/** What says how prompts become images. */
export interface GenerateFlags extends RunFlags, EngineFlags, DeepfloydFlags {
  readonly count: number;
  readonly negative?: string;
  readonly scale?: number;
  readonly preset?: PresetName;
  readonly upscale: boolean;
  readonly upscaleSteps?: number;
  readonly upscaleScale?: number;
  readonly upscalePreset?: PresetName;
  readonly upscaleSampler?: NamedOptions;
  readonly upscaleSpacing?: NamedOptions;
  readonly json?: boolean;
  readonly plugins?: readonly Plugin[];
}

const scaleFlag = (flag: string, help: string): Option =>
  new Option(`${flag} <number>`, help).argParser((text) => {
    const scale = text.trim() === '' ? NaN : Number(text);
    if (scale >= 0 && scale <= 1000) return scale;
    throw new UngrainError('bad-flag', `${flag} must be a number from 0 to 1000, not '${text}'.`);
  });

const presetFlag = (flag: string, help: string): Option => new Option(`${flag} <name>`, help).choices(PRESET_NAMES);

/** Adds the flags of `GenerateFlags`. @param fixedSteps without --steps, where a command has steps of its own */
export function addGenerateFlags(command: Command, { fixedSteps = false } = {}): void {
  addDeepfloydFlags(command);
  command
    .option('--no-upscale', 'leave out stage II')
    .addOption(wholeNumberFlag('--count', 'images of each prompt', { min: 1, max: 64 }).default(1))
    .option('--negative <prompt>', 'what the images are to keep away from')
    .addOption(scaleFlag('--scale', 'γ of guidance: how much it insists on the prompt; 7 by default'));
  if (!fixedSteps) command.addOption(presetFlag('--preset', 'steps and times by name, for both stages'));
  addRunFlags(command, fixedSteps ? ['seed', 'noise'] : ['steps', 'seed', 'noise']);
  if (!fixedSteps) command.addOption(presetFlag('--upscale-preset', 'steps and times of stage II by name'));
  const [steps] = fieldFlags(runSpecSchema, ['steps']);
  const upscaleSteps = new Option('--upscale-steps <n>', "stage II's steps; those of --steps by default");
  if (!fixedSteps) command.addOption(upscaleSteps.argParser((text) => steps!.parseArg!(text, undefined)));
  command
    .addOption(scaleFlag('--upscale-scale', "stage II's γ; 4 by default"))
    .addOption(named('--upscale-sampler', "stage II's sampler; that of --sampler by default"))
    .addOption(named('--upscale-spacing', "stage II's noise levels; its own by default"))
    .addOption(engineFlag())
    .addOption(threadsFlag())
    .addOption(jsonFlag());
}

/** Opens the stages that are to be used. The caller disposes of them. */
export async function loadForGenerate(flags: Omit<GenerateFlags, 'steps'>, telling: Telling): Promise<LoadedModel> {
  const source = { ...deepfloydOf(flags, telling), ...(!flags.upscale && { stage2: undefined }) };
  return loadModel('if', { engine: engineOfFlags(flags), plugins: flags.plugins, deepfloyd: source });
}

/** The runs of stage I and, if it is there, stage II, for prompts one after another. */
export async function generateRuns(
  prompts: readonly string[],
  flags: GenerateFlags,
  loaded: LoadedModel,
): Promise<readonly [Stage, ...Stage[]]> {
  const { seed, noise, count, negative, scale, steps } = flags;
  const chosen = chosenParts(flags, loaded.registry);
  const common = {
    count: prompts.length * count,
    conditions: prompts.flatMap((prompt) => new Array<string>(count).fill(prompt)),
    ...(seed !== undefined && { seed }),
    ...(noise !== undefined && { noise }),
    versions: await versionsWith(engineOfFlags(flags)),
  };
  const first = stageRun(loaded, { ...chosen, preset: flags.preset, steps, scale, negative }, common);
  const then: RunSpec[] = [];
  if (loaded.upscaler) {
    const { sampler = chosen.sampler, spacing } = chosenParts(
      { sampler: flags.upscaleSampler, spacing: flags.upscaleSpacing },
      loaded.registry,
    );
    const second = {
      preset: flags.upscalePreset ?? flags.preset,
      steps: flags.upscaleSteps ?? (flags.upscalePreset ? undefined : steps),
      sampler,
      spacing,
      scale: flags.upscaleScale,
      negative,
    };
    then.push(stageRun(loaded.upscaler, second, common));
  }
  return stagesOf(first, then, loaded) as [Stage, ...Stage[]];
}
