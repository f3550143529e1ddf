import type { Model } from '@ungrain/core';
import type { Engine } from '@ungrain/graph';
import {
  createStage,
  filesBelow,
  loadUnet,
  unetWork,
  type CheckpointFiles,
  type PromptEncoder,
  type Slot,
  type Variant,
} from '@ungrain/models-deepfloyd';
import { rowsThatFit } from './plan.js';
import { STAGE_DEFAULTS, stageSettings } from './stage-settings.js';

export interface LoadStageOptions {
  readonly name: string;
  /** `createOnnxEngine({ lowMemory: true })`: its weights are gigabytes. */
  readonly engine: Engine;
  readonly prompts: PromptEncoder;
  readonly variants?: readonly Variant[] | undefined;
  /** Stage II: the time of the noise that is added to the small image. Default 250. */
  readonly noiseLevel?: number;
  readonly slot?: Slot | undefined;
}

const NOISE_LEVEL = 250;
/** Images of one call, where there is memory for them: more bring no speed on a CPU. */
const MOST_ROWS = 8;
const NOISING = 'image_noising_scheduler';

/**
 * A stage of DeepFloyd IF from a diffusers folder: stage II if it has an `image_noising_scheduler`, else stage I.
 * Its calls are as large as the free memory allows.
 * @throws UngrainError as `loadUnet` and `stageSettings` do; `too-little-memory`
 */
export async function loadStage(checkpoint: CheckpointFiles, options: LoadStageOptions): Promise<Model> {
  const { name, engine, prompts, variants, noiseLevel = NOISE_LEVEL, slot } = options;
  const schedulerOf = async (part: string, defaults: (typeof STAGE_DEFAULTS)[keyof typeof STAGE_DEFAULTS]) => {
    const path = `${part}/scheduler_config.json`;
    return stageSettings(await checkpoint.json(path), defaults, `${checkpoint.name}/${path}`);
  };
  const enlarges = await checkpoint.exists(`${NOISING}/scheduler_config.json`);
  const defaults = STAGE_DEFAULTS[enlarges ? 'stage2' : 'stage1'];
  const settings = await schedulerOf('scheduler', defaults);
  const lowResolution = enlarges
    ? { schedule: (await schedulerOf(NOISING, defaults)).schedule, noiseLevel }
    : undefined;
  const files = filesBelow(checkpoint, 'unet');
  const maxRows = rowsThatFit(name, await unetWork(files, { variants, rows: 1 }), { most: MOST_ROWS });
  const unet = await loadUnet(files, { engine, variants, slot });
  return createStage({ name, unet, prompts, ...settings, lowResolution, maxRows });
}
