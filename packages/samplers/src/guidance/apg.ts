import { parseState, type Guidance, type State, type Tensor } from '@ungrain/core';
import { z } from 'zod';
import { contrast, contrastOptions, scaleOption, stepAway } from './contrast.js';
import { projectedUpdate } from './projected-update.js';
import { rescaled, rescaleOption } from './rescale.js';
import { linearByRow } from './rows.js';
import { spaceOption, viewIn } from './space.js';
import { windowed } from './window.js';

const options = windowed(
  z.strictObject({
    scale: scaleOption(7, "γ as in 'cfg', but bearable at 10 and beyond."),
    eta: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe('How much of the part along the prediction stays; 1 is all of it.'),
    momentum: z
      .number()
      .gt(-1)
      .lt(1)
      .default(-0.5)
      .describe('β: what stays of the updates before; below 0 it pushes off from them.'),
    threshold: z
      .number()
      .min(0)
      .max(1e6)
      .default(0)
      .describe(
        'r: longer updates are cut to this Euclidean norm, which grows with the root of the size; 0 cuts none.',
      ),
    over: z.enum(['sample', 'channel']).default('sample').describe('What has a norm and a direction of its own.'),
    warmup: z
      .int()
      .min(0)
      .max(10_000)
      .default(0)
      .describe("The first steps, which are 'cfg' and only fill the momentum."),
    warmupScale: scaleOption(3.5, 'γ of those steps.'),
    ...contrastOptions,
    rescale: rescaleOption,
    space: spaceOption('sample'),
  }),
);

const runningSchema = z.array(
  z.custom<Tensor>((value) => (value as Partial<Tensor> | null)?.data instanceof Float32Array, 'not a tensor'),
);

/**
 * Adaptive projected guidance: the update cond − uncond, with momentum and of limited length, loses most of its part along
 * the conditional prediction, which oversaturates; see `projectedUpdate`.
 * Sadat et al. 2025, "Eliminating Oversaturation and Artifacts of High Guidance Scales in Diffusion Models", algorithm 1. They
 * measure the data; `space: model` is the form of libraries that do not ask what a model predicts.
 *
 * With warmup it begins as CFG (HunyuanImage 2.1's mixture of the two). What it remembers is saved with the run, one
 * tensor for each query of a call.
 */
export const apgGuidance: Guidance<z.output<typeof options>> = {
  name: 'apg',
  summary: 'Adaptive projected guidance: strong without oversaturation.',
  options,
  sets: 'contrast',
  async create(options, context) {
    const { scale, base, momentum, warmup, warmupScale, rescale } = options;
    if (warmup === 0 && stepAway(scale, base) === 0) return {};
    const view = viewIn(options.space, context.model);
    let running: Tensor[] = [];

    const denoise = await contrast(context, options, ({ conditional, unconditional, query: { level }, index }, at) => {
      const [cond, uncond] = [view.read(conditional, level), view.read(unconditional, level)];
      const before = running[index];
      const difference = linearByRow(
        'sample',
        [1, cond],
        [-1, uncond],
        ...(before ? [[momentum, before] as const] : []),
      );
      if (momentum !== 0) running[index] = difference;
      const start = base === 'conditional' ? cond : uncond;
      const guided =
        at.index < warmup
          ? linearByRow('sample', [1, start], [warmupScale, cond], [-warmupScale, uncond])
          : linearByRow('sample', [1, start], [scale, projectedUpdate(difference, cond, options)]);
      return rescaled(view.write(conditional, level, guided), conditional, rescale, level, view);
    });
    return {
      denoise,
      save: (): State => running,
      restore(state) {
        running = [...parseState(runningSchema, state, "Guidance 'apg'")];
      },
    };
  },
};
