import type { Model } from '@ungrain/core';
import type { Engine } from '@ungrain/graph';
import {
  createStage,
  filesBelow,
  loadUnet,
  type CheckpointFiles,
  type PromptEncoder,
  type Slot,
  type Variant,
} from '@ungrain/models-deepfloyd';
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
const NOISING = 'image_noising_scheduler';

/**
 * A stage of DeepFloyd IF from a diffusers folder: stage II if it has an `image_noising_scheduler`, else stage I.
 * @throws UngrainError as `loadUnet` and `stageSettings` do
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
  const unet = await loadUnet(filesBelow(checkpoint, 'unet'), { engine, variants, slot });
  return createStage({ name, unet, prompts, ...settings, lowResolution });
}
