import { zeros, type Guidance } from '@ungrain/core';
import { z } from 'zod';
import { contrast, contrastOptions, stepAway, scaleOption } from './contrast.js';
import { rescaled, rescaleOption } from './rescale.js';
import { dots, linearByRow } from './rows.js';
import { spaceOption, viewIn } from './space.js';
import { windowed } from './window.js';

const options = windowed(
  z.strictObject({
    scale: scaleOption(7, "γ as in 'cfg'."),
    zeroSteps: z.int().min(0).max(1000).default(1).describe('The first steps, which take the velocity as 0.'),
    ...contrastOptions,
    rescale: rescaleOption,
    space: spaceOption('flow'),
  }),
);

/** Keeps the division finite where the estimate is 0. */
const SMALLEST = 1e-8;

/**
 * CFG-Zero*: before it is subtracted, the unconditional prediction u is scaled to come as near as it can to the conditional
 * one c, by s = ⟨c, u⟩/‖u‖² for each sample; and the first steps, where a network knows least, do not move at all.
 * Fan et al. 2025, "CFG-Zero*: Improved Classifier-Free Guidance for Flow Matching Models": its optimized scale and zero-init.
 *
 * Made for the velocity of flow models, which is what it measures by default in diffusion models too: there the velocity is
 * data − noise, and 0 takes both to be alike. `space: model` scales what the model predicts.
 */
export const cfgZeroStarGuidance: Guidance<z.output<typeof options>> = {
  name: 'cfg-zero-star',
  summary: 'Classifier-free guidance for flow models, from a fitted unconditional velocity, with still first steps.',
  options,
  sets: 'contrast',
  async create({ scale, zeroSteps, rescale, space, ...options }, context) {
    const view = viewIn(space, context.model);
    const away = stepAway(scale, options.base);
    const fit = await contrast(context, options, ({ conditional, unconditional, query: { level } }) => {
      const [cond, uncond] = [view.read(conditional, level), view.read(unconditional, level)];
      const squares = dots(uncond, uncond);
      const share = dots(cond, uncond).map((product, row) => product / (squares[row]! + SMALLEST));
      const guided = linearByRow('sample', [1 + away, cond], [share.map((s) => -away * s), uncond]);
      return rescaled(view.write(conditional, level, guided), conditional, rescale, level, view);
    });
    return {
      denoise(inner) {
        const fitted = away === 0 ? inner : fit(inner);
        return async (queries, at) => {
          if (at.index >= zeroSteps) return fitted(queries, at);
          const answers = await inner(queries, at);
          return answers.map((answer, i) => view.write(answer, queries[i]!.level, zeros(answer.data.shape)));
        };
      },
    };
  },
};
