import type { CommonSettings } from './recipe.js';
import type { UnetSettings } from './unet-recipe.js';

/** What was trained how, for a figure's caption: `D = 64, batch 64, Adam, learning rate 0.01 …, 10 epochs, seed 100`. */
export function trainingText(settings: CommonSettings & Partial<UnetSettings>): string {
  const { hidden, batchSize, weightDecay = 0, learningRate, decay, epochs, emaDecay = 0, seed } = settings;
  return [
    ...(hidden === undefined ? [] : [`D = ${hidden}`]),
    `batch ${batchSize}`,
    weightDecay > 0 ? `AdamW with weight decay ${weightDecay}` : 'Adam',
    `learning rate ${learningRate}${decay === 'exponential' ? ' falling to a tenth' : ''}`,
    ...(emaDecay > 0 ? [`averaged weights (${emaDecay})`] : []),
    `${epochs} epoch${epochs === 1 ? '' : 's'}`,
    `seed ${seed}`,
  ].join(', ');
}
