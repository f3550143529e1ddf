import { createRegistry, parseOptions, run, type RunOptions, type Tensor } from '@ungrain/core';
import { brokenCheck, compareArrays } from '@ungrain/core/parity';
import { z } from 'zod';
import { samplersPlugin } from '../plugin.js';
import { cosineSchedule } from '../schedules/cosine.js';
import { caseTensors, entriesOf, noiseInOrder, required } from './case-tensors.js';
import type { FileCheck } from './file-check.js';
import { readMixture, varianceFormula } from './mixture.js';
import { compareSummary, summarySchema } from './summary.js';
import { viewSettings, viewText } from './view-names.js';

export const ANAGRAM_FILE = 'anagram_sampler.json';

const fileSchema = z.object({
  shape: z.array(z.int()),
  cases: z.array(
    z.object({
      name: z.string(),
      reduction: z.enum(['mean', 'sum', 'alternate']),
      views: z.array(z.string()),
      guidance_scale: z.number(),
      timesteps: z.array(z.number()),
      per_step: z.array(summarySchema),
    }),
  ),
  tolerance: z.object({ final_abs: z.number(), checksum_relative: z.number() }),
});
type Case = z.output<typeof fileSchema>['cases'][number];

/** Prompts 1, 2 and 3 of the reference: the two components, and whatever comes. */
const PROMPTS = ['a', 'b', null];
/** DeepFloyd IF's, as the reference's scheduler is set. */
const THRESHOLD = { ratio: 0.95, ceiling: 1.5 };
const VARIANCE_CHANNEL = 'tanh(1.5*x)';

const registry = createRegistry([samplersPlugin]);
const schedule = cosineSchedule.create(parseOptions(cosineSchedule.options, {}, 'schedule'));

/** visual_anagrams' sampler end to end: views, guidance, thresholding and learned variances together. */
export const checkAnagrams: FileCheck = async function* (source, path) {
  const { cases, shape, tolerance } = fileSchema.parse(await source.json(path));
  const tensors = await caseTensors(source, path);
  const mixture = await readMixture(source);
  const choices = { prediction: 'epsilon', variance: 'learned-range', told: 'level' } as const;
  const model = mixture(schedule, shape.slice(1), { ...choices, rawVariance: varianceFormula(VARIANCE_CHANNEL) });
  for (const entry of cases) {
    const name = `anagram ${entry.name}`;
    try {
      const start = required(tensors, `${entry.name}/x_init`);
      const drawn = entriesOf(required(tensors, `${entry.name}/noise_tile`)).map((tile) => repeated(tile, shape));
      let last: Tensor = start;
      for await (const { index, x } of run({ ...planOf(entry, model, shape), noise: noiseInOrder(start, drawn) })) {
        last = x;
        const expected = entry.per_step[index]!;
        const close = { absolute: tolerance.final_abs, sums: tolerance.checksum_relative };
        yield* compareSummary(`${name} step ${index + 1}`, x.data, expected, close);
      }
      const final = required(tensors, `${entry.name}/final`).data;
      yield compareArrays(`${name} in the end`, last.data, final, { absolute: tolerance.final_abs });
    } catch (error) {
      yield brokenCheck(name, error);
    }
  }
};

function planOf(entry: Case, model: RunOptions['model'], shape: readonly number[]): Omit<RunOptions, 'noise'> {
  const views = entry.views.map((name) => viewText(viewSettings.parse({ name })));
  const conditions = views.map((_, i) => PROMPTS[i] ?? null);
  const chosen = [
    ['dynamic-threshold', THRESHOLD],
    ['views', { views, conditions, reduction: entry.reduction }],
    ['cfg', { scale: entry.guidance_scale }],
  ] as const;
  const sampler = registry.samplers.get('ddpm');
  return {
    model,
    schedule,
    levels: [...entry.timesteps.map((time) => schedule.level(time)), schedule.clean],
    sampler,
    samplerOptions: parseOptions(sampler.options, {}, 'ddpm'),
    guidances: chosen.map(([name, given]) => {
      const guidance = registry.guidances.get(name);
      return { guidance, options: parseOptions(guidance.options, given, `guidance '${name}'`) };
    }),
    views: registry.views,
    shape,
    conditions: new Array<undefined>(shape[0]!).fill(undefined),
  };
}

/** A tile over the whole canvas. */
function repeated(tile: Tensor, shape: readonly number[]): Tensor {
  const [rows = 0, channels = 0, height = 0, width = 0] = shape;
  const [, , tileHeight = 1, tileWidth = 1] = tile.shape;
  const data = Float32Array.from({ length: rows * channels * height * width }, (_, i) => {
    const [plane, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    return tile.data[(plane * tileHeight + (y % tileHeight)) * tileWidth + (x % tileWidth)]!;
  });
  return { data, shape };
}
