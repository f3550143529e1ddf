import { expect } from '@jest/globals';
import {
  createRegistry,
  linear,
  modelDenoiser,
  otherModelDenoiser,
  parseOptions,
  predictionTarget,
  straightPath,
  tensor,
  type Denoised,
  type Denoiser,
  type Energy,
  type Model,
  type NoiseLevel,
  type Query,
  type Tensor,
} from '@ungrain/core';
import { gaussianModel, type GaussianModel } from '@ungrain/core/testing';
import { samplersPlugin } from '../../plugin.js';

const { guidances } = createRegistry([samplersPlugin]);

export const level: NoiseLevel = { time: 0.4, alpha: 0.4, sigma: 0.6 };
export const x = tensor([0.3, -1, 2, 0.7, 0.1, 0.4, -0.6, 1.2], [1, 2, 2, 2]);
export const prompt = (mean: number): Query['conditions'] => [{ mean: tensor([mean], [1]) }];
export const query: Query = { x, level, conditions: prompt(0.8) };

/** A model whose two estimates are not parallel: what it is without a condition has a slope. */
const sloped = (): GaussianModel => {
  const model = gaussianModel({ schedule: straightPath, prediction: 'flow', sampleShape: [2, 2, 2], deviation: 0.7 });
  return {
    ...model,
    variants: ['spoilt'],
    async predict(batch, signal) {
      const { data, shape } = await model.predict(batch, signal);
      const size = data.length / batch.levels.length;
      const slope = (row: number): number =>
        (batch.conditions[row]!['mean'] ? 0 : 0.2) + (batch.variants?.[row] === 'spoilt' ? 0.4 : 0);
      return { data: data.map((value, i) => value + slope(Math.floor(i / size)) * ((i % size) - 3)), shape };
    },
  };
};

const refuse = (): never => {
  throw new Error('No guidance that is asked here needs that.');
};

interface Asked {
  readonly query?: Query;
  readonly index?: number;
  readonly total?: number | null;
  readonly energy?: Energy;
  readonly weaker?: Model;
}

/** What a guidance makes of a query to the sloped model. */
export async function ask(
  name: string,
  given: object,
  { query: of = query, index = 0, total = 4, energy, weaker }: Asked = {},
) {
  const model = sloped();
  const guidance = guidances.get(name);
  const run = await guidance.create(parseOptions(guidance.options, given, name), {
    model,
    condition: async (raw) => prompt(raw as number)[0]!,
    denoiser: async () => otherModelDenoiser(weaker!, model),
    energy: async () => energy!,
    asset: async () => refuse(),
    view: refuse,
  });
  const base = modelDenoiser(model);
  const at = { from: level, to: straightPath.clean, index, total, progress: total === null ? 0.3 : index / total };
  const denoise: Denoiser = run.denoise?.(base) ?? base;
  const about = async (...queries: Query[]): Promise<readonly Denoised[]> => base(queries, at);
  const [conditional, unconditional] = await about(of, { ...of, conditions: [{}] });
  const [answer] = await denoise([of], at);
  return { answer: answer!, conditional: conditional!, unconditional: unconditional!, about };
}

export const velocity = (estimate: Denoised): Tensor => predictionTarget('flow', estimate, level);

export const expectClose = (got: Tensor, expected: Tensor): void =>
  got.data.forEach((value, i) => expect(value).toBeCloseTo(expected.data[i]!, 4));

/** α·data + σ·noise = x */
export const expectConsistent = ({ data, noise }: Denoised): void =>
  expectClose(linear([level.alpha, data], [level.sigma, noise]), x);
