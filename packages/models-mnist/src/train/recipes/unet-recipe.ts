import { adam, adamw } from '@ungrain/graph';
import { z } from 'zod';
import type { UnetTaskOptions } from '../unet-task.js';
import { commonFields, rateOf, type CommonDefaults, type CommonSettings } from './recipe.js';

/** What every recipe of a UNet can be told. */
export interface UnetSettings extends CommonSettings {
  readonly hidden: number;
  readonly weightDecay: number;
  readonly emaDecay: number;
}

/** The fields of `UnetSettings` with a recipe's own defaults. */
export const unetFields = ({ hidden, weightDecay = 0, ...common }: UnetDefaults) => ({
  ...commonFields(common),
  hidden: z.int().min(1).max(1024).default(hidden).describe('D, the channels at full resolution.'),
  weightDecay: z.number().min(0).max(1).default(weightDecay).describe("AdamW's weight decay; with 0 it is plain Adam."),
  emaDecay: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Keeps an average of the weights with this decay, and ends with it; 0 keeps none.'),
});

export type UnetDefaults = CommonDefaults & Pick<UnetSettings, 'hidden'> & { readonly weightDecay?: number };

/** How a UNet is trained under these settings. */
export function unetTraining(settings: UnetSettings): Omit<UnetTaskOptions, 'kind'> {
  const { hidden, batchSize, epochs, weightDecay, emaDecay } = settings;
  return {
    hidden,
    batchSize,
    epochs,
    optimizer: weightDecay > 0 ? adamw({ weightDecay }) : adam(),
    learningRate: rateOf(settings),
    ...(emaDecay > 0 && { emaDecay }),
  };
}
