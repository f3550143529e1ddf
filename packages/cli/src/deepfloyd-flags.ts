import { ENCODER_WEIGHTS, type DeepfloydSource, type EncoderWeights, type Telling } from '@ungrain/host';
import { Option, type Command } from 'commander';
import { wholeNumberFlag } from './common-flags.js';

/** Where DeepFloyd IF's models lie. */
export interface DeepfloydFlags {
  readonly stage1?: string;
  readonly stage2?: string;
  readonly encoder?: string;
  readonly encoderWeights: EncoderWeights;
  readonly prompts?: string;
  readonly cache?: boolean;
  readonly noiseLevel?: number;
}

export const encoderWeightsFlag = (): Option =>
  new Option(
    '--encoder-weights <type>',
    'the text encoder as stored, or as int8, which is made once; auto: int8 where what is stored is over half of the memory',
  )
    .choices(ENCODER_WEIGHTS)
    .default('auto');

/** Adds the flags of `DeepfloydFlags`. */
export function addDeepfloydFlags(command: Command): void {
  command
    .addOption(new Option('--stage1 <folder>', 'DeepFloyd IF, stage I: a diffusers folder, or a model that was pulled'))
    .addOption(
      new Option('--stage2 <folder>', 'DeepFloyd IF, stage II, likewise: makes the images four times as large'),
    )
    .addOption(new Option('--encoder <folder>', "whose text_encoder reads the prompts; stage I's by default"))
    .addOption(encoderWeightsFlag())
    .addOption(new Option('--prompts <pack>', 'embeddings of prompts in place of a text encoder, .pth or .safetensors'))
    .addOption(new Option('--no-cache', 'do not keep what the text encoder made, nor look it up'))
    .addOption(
      wholeNumberFlag('--noise-level', 'noise that stage II adds to the small image, as a time; 250 by default', {
        min: 0,
        max: 999,
      }),
    );
}

export const deepfloydOf = (
  { stage1, stage2, encoder, encoderWeights, prompts, cache, noiseLevel }: DeepfloydFlags,
  telling: Telling = {},
): DeepfloydSource => ({ stage1, stage2, encoder, encoderWeights, prompts, cache, noiseLevel, ...telling });
