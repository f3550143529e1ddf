import { UngrainError, type Model } from '@ungrain/core';
import { createSlot, fingerprint, openCheckpoint } from '@ungrain/models-deepfloyd';
import type { EngineSource } from '../engine.js';
import { modelFolder } from '../pull/index.js';
import { loadStage } from './load-stage.js';
import { openPrompts, type OpenedPrompts, type PromptSource, type Telling } from './prompt-source.js';

/** DeepFloyd IF's models by name: what they do, and the flag that names their folder. */
export const DEEPFLOYD_MODELS = {
  if: { stage: 'stage1', summary: 'DeepFloyd IF, stage I: draws what a prompt says; its folder is named by --stage1.' },
  'if-stage2': {
    stage: 'stage2',
    summary: 'DeepFloyd IF, stage II: makes images four times as large; its folder is named by --stage2.',
  },
} as const;
export type DeepfloydName = keyof typeof DEEPFLOYD_MODELS;

export const isDeepfloyd = (name: string): name is DeepfloydName => Object.hasOwn(DEEPFLOYD_MODELS, name);

/** Where DeepFloyd IF lies. */
export interface DeepfloydSource extends Omit<PromptSource, 'encoder'>, Telling {
  /** Diffusers folders, or names of models that were pulled. */
  readonly stage1?: string | undefined;
  readonly stage2?: string | undefined;
  /** That of the text encoder; by default that of the first stage that is named. */
  readonly encoder?: string | undefined;
  /** See `LoadStageOptions`. */
  readonly noiseLevel?: number | undefined;
}

/** A stage that is ready to be sampled. Its weights are read when it is first asked. */
export interface LoadedDeepfloyd {
  readonly model: Model;
  readonly weights: { readonly path: string; readonly sha256: string };
  /** What reads the prompts, for the record. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Configs that change what a stage gives. */
const CONFIGS = [
  'unet/config.json',
  'scheduler/scheduler_config.json',
  'image_noising_scheduler/scheduler_config.json',
];

/**
 * Opens the stages that are asked for. The text encoder and the stages share the room for one network: each is loaded when
 * it is asked, and the one before is freed then.
 *
 * @throws UngrainError `no-stage` if no folder is named, `wrong-stage`, as `openPrompts` and `loadStage` do
 */
export async function loadDeepfloyd<N extends DeepfloydName>(
  names: readonly N[],
  source: DeepfloydSource,
  engineSource: EngineSource,
): Promise<readonly LoadedDeepfloyd[]> {
  const folders = await Promise.all(names.map((name) => modelFolder(folderOf(name, source))));
  const engine = await engineSource({ lowMemory: true });
  const slot = createSlot();
  const encoder = source.encoder ?? source.stage1 ?? source.stage2!;
  const prompts = await openPrompts({ ...source, encoder }, { ...source, engine, slot });
  const loaded: LoadedDeepfloyd[] = [];
  for (const [i, name] of names.entries()) loaded.push(await open(name, folders[i]!, prompts));
  return loaded;

  async function open(name: DeepfloydName, folder: string, { encoder, name: made }: OpenedPrompts) {
    const checkpoint = await openCheckpoint(folder);
    const model = await loadStage(checkpoint, {
      name,
      engine,
      prompts: encoder,
      slot,
      ...(source.noiseLevel !== undefined && { noiseLevel: source.noiseLevel }),
    });
    checkStage(name, model, folder);
    const sha256 = await fingerprint(checkpoint, { parts: ['unet'], files: CONFIGS });
    return { model, weights: { path: folder, sha256 }, versions: made === null ? {} : { prompts: made } };
  }
}

function folderOf(name: DeepfloydName, source: DeepfloydSource): string {
  const { stage } = DEEPFLOYD_MODELS[name];
  const folder = source[stage];
  if (folder !== undefined) return folder;
  throw new UngrainError(
    'no-stage',
    `Model '${name}' is read from a diffusers folder of DeepFloyd IF; name it by --${stage}, such as --${stage} IF-${stage === 'stage1' ? 'I' : 'II'}-M-v1.0.`,
  );
}

/** The first draws from nothing, the second from an image. */
function checkStage(name: DeepfloydName, model: Model, folder: string): void {
  const { stage } = DEEPFLOYD_MODELS[name];
  if ((stage === 'stage2') === (model.align !== undefined)) return;
  const is = model.align ? 'II' : 'I';
  throw new UngrainError(
    'wrong-stage',
    `${folder} is stage ${is} of DeepFloyd IF${model.align ? ', which enlarges images' : ', which draws them'}; name it by --stage${is.length}.`,
  );
}
