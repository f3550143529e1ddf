import { sizeOf, type Guidance, type Tensor } from '@ungrain/core';
import quickselect from 'quickselect';
import { z } from 'zod';
import { impliedNoise } from '../samplers/implied-noise.js';

const options = z.strictObject({
  ratio: z.number().min(0).max(1).default(0.995).describe("The share of a sample's numbers that stays inside."),
  ceiling: z
    .number()
    .min(1)
    .max(1e6)
    .optional()
    .describe('The furthest that the threshold goes, in half ranges; 1 only clips (static thresholding).'),
  noise: z
    .enum(['kept', 'implied'])
    .default('kept')
    .describe("What is taken for noise: the model's own, or what the new data leaves of the state."),
});

/**
 * Dynamic thresholding: where more than a few of a sample's estimated pixels leave the range, all of it is brought back, so
 * that strong guidance does not saturate: clip to [−s, s] and divide by s, the quantile of |data| but at least 1.
 * Saharia et al. 2022, "Photorealistic Text-to-Image Diffusion Models with Deep Language Understanding" (Imagen), section 2.3.
 *
 * The range is the model's own, its middle taken as 0 and its half as 1. Dividing greys what is black throughout, the ground of
 * a drawing: there `ceiling: 1` is better. Samplers that go by the data alone make their own
 * noise of it; for those that take it from the estimate (DDIM) `noise` says which it is.
 */
export const dynamicThresholdGuidance: Guidance<z.output<typeof options>> = {
  name: 'dynamic-threshold',
  summary: "Keeps the estimated image in the model's range, sample by sample.",
  options,
  place: 'outermost',
  create: async ({ ratio, ceiling = Infinity, noise }, { model }) => ({
    denoise: (inner) => async (queries, at) => {
      const answers = await inner(queries, at);
      return answers.map((answer, i) => {
        const { x, level } = queries[i]!;
        const moved = { ...answer, data: thresholded(answer.data, ratio, ceiling, model.range) };
        return noise === 'kept' ? moved : { ...moved, noise: impliedNoise(x, level, moved) };
      });
    },
  }),
};

function thresholded(x: Tensor, ratio: number, ceiling: number, [black, white]: readonly [number, number]): Tensor {
  const [middle, half] = [(black + white) / 2, (white - black) / 2];
  const size = sizeOf(x.shape.slice(1));
  const data = new Float32Array(x.data.length);
  const magnitudes = new Array<number>(size).fill(0);
  for (let start = 0; start < data.length; start += size) {
    for (let i = 0; i < size; i++) magnitudes[i] = Math.abs(x.data[start + i]! - middle) / half;
    const s = Math.min(ceiling, Math.max(1, quantile(magnitudes, ratio)));
    for (let i = start; i < start + size; i++) {
      const value = (x.data[i]! - middle) / half;
      data[i] = middle + (half * Math.min(s, Math.max(-s, value))) / s;
    }
  }
  return { data, shape: x.shape };
}

/** Interpolated linearly between neighbours. Reorders its argument. */
function quantile(values: number[], ratio: number): number {
  const place = ratio * (values.length - 1);
  const below = Math.floor(place);
  quickselect(values, below);
  const low = values[below]!;
  if (below === place) return low;
  let next = Infinity; // the least of those above, which quickselect leaves in no order
  for (let i = below + 1; i < values.length; i++) next = Math.min(next, values[i]!);
  return low + (next - low) * (place - below);
}
