import { readTensorSpan } from '@ungrain/formats/files';
import type { CheckpointFiles } from './checkpoint-files.js';
import { locateWeights, type Variant } from './locate-weights.js';

/**
 * Looks for a weight that is NaN or infinite, reading all of them: for when a network has answered with such numbers.
 * @returns which, and in which file: `'conv_in.bias' in IF/unet/model.safetensors`; null if there is none
 */
export async function findNotFinite(part: CheckpointFiles, variants?: readonly Variant[]): Promise<string | null> {
  for (const [name, { in: file, weight }] of await locateWeights(part, variants)) {
    const { data } = 'file' in weight ? await readTensorSpan(weight) : weight;
    if (!data.every(Number.isFinite)) return `'${name}' in ${part.name}/${file}`;
  }
  return null;
}
