import { add, linear, UngrainError, type Denoised, type Guidance, type NoiseLevel, type Tensor } from '@ungrain/core';
import { z } from 'zod';
import { isWithin, windowed, windowOptions } from './window.js';

const options = windowed(
  z.strictObject({
    name: z.string().min(1).describe('The energy to lower; `ungrain list energies` names them.'),
    options: z.record(z.string(), z.unknown()).default({}).describe('Its own options, as JSON.'),
    scale: z.number().min(0).max(1e5).default(3).describe('How far to go down the slope.'),
    repeats: z.int().min(1).max(100).default(1).describe('Looks at the slope in each look of the sampler.'),
    ...windowOptions,
  }),
);

/**
 * Guidance by the gradient of an energy E, such as −log p(class | image) of a classifier, at the estimated data:
 *
 *   data' = data − scale·r²·∇E(data),   r² = σ²/(α² + σ²)
 *
 * and the noise so that α·data' + σ·noise' stays x. That is the score −∇E of Dhariwal & Nichol 2021, "Diffusion Models Beat
 * GANs on Image Synthesis", eq. 10, with a classifier that need not know noise: it sees the estimate (Bansal et al. 2023,
 * "Universal Guidance for Diffusion Models"), and the model's Jacobian ∂data/∂x = α/σ²·Cov(data | x) is taken as α·r²/σ², r²
 * being the variance that data of unit variance still has (Song et al. 2023, "Pseudoinverse-Guided Diffusion Models", section
 * 3.3). So nothing is differentiated but the energy, and one call of the model does for any number of `repeats`.
 */
export const energyGuidance: Guidance<z.output<typeof options>> = {
  name: 'energy',
  summary: 'Down the gradient of an energy, such as how unlike a digit a classifier finds the image.',
  options,
  place: 'outermost',
  async create({ name, options, scale, repeats, ...window }, context) {
    const { model } = context;
    const energy = await context.energy(name, options);
    if (!energy.accepts(model.sampleShape))
      throw new UngrainError('energy-shape', `Energy '${name}' cannot read the samples of model '${model.name}'.`);
    const [black, white] = energy.range;
    const stretch = (white - black) / (model.range[1] - model.range[0]); // image = black + stretch·(data − range[0])

    async function slope(data: Tensor): Promise<Tensor> {
      const shift = black - stretch * model.range[0];
      const images = { data: data.data.map((value) => stretch * value + shift), shape: data.shape };
      return (await energy.read(images)).gradient;
    }
    async function lowered(answer: Denoised, { alpha, sigma }: NoiseLevel): Promise<Denoised> {
      if (sigma === 0) return answer; // x is the data
      const stride = (scale * stretch * sigma ** 2) / (alpha ** 2 + sigma ** 2);
      let { data } = answer;
      for (let i = 0; i < repeats; i++) data = linear([1, data], [-stride, await slope(data)]);
      const change = linear([-alpha / sigma, data], [alpha / sigma, answer.data]);
      return { ...answer, data, noise: add(answer.noise, change) };
    }
    return {
      denoise: (inner) => async (queries, at) => {
        const answers = await inner(queries, at);
        if (!isWithin(window, at) || scale === 0) return answers;
        const guided: Denoised[] = [];
        for (const [i, answer] of answers.entries()) guided.push(await lowered(answer, queries[i]!.level));
        return guided;
      },
    };
  },
};
