import {
  createRegistry,
  guide,
  modelDenoiser,
  parseOptions,
  predictionTarget,
  sameShape,
  sliceRows,
  tensor,
  UngrainError,
  type Denoiser,
  type GuidanceRun,
  type Model,
  type NoiseLevel,
  type Prediction,
  type RunContext,
  type StepPoint,
  type Tensor,
  type Value,
} from '@ungrain/core';
import {
  compareArrays,
  failedCheck,
  type ParityCheck,
  type ParityGroup,
  type ParitySource,
} from '@ungrain/core/parity';
import { z } from 'zod';
import { samplersPlugin } from '../plugin.js';
import { chosenBy, type Chosen } from './diffusers-guiders.js';
import { recordedCondition, recordedModel, type Recorded } from './recorded-model.js';

export const GUIDANCE_FILE = 'guidance.json';

const fileSchema = z.object({
  steps: z.int().min(1),
  guiders: z.array(
    z.object({
      name: z.string(),
      guider: z.string(),
      config: z.unknown(),
      num_conditions: z.array(z.int()),
      tolerance: z.object({ f32_rel: z.number() }),
    }),
  ),
  rescale: z.array(
    z.object({
      name: z.string(),
      phi: z.number(),
      scale: z.number(),
      input: z.string().regex(/^pred_uncond\[(\d+)\] \+ scale\*\(pred_cond\[\1\]-pred_uncond\[\1\]\)$/),
    }),
  ),
  dynamic_threshold: z.array(z.object({ name: z.string(), ratio: z.number(), sample_max_value: z.number() })),
  tolerance: z.object({ f32_abs: z.number() }),
});
type Guider = z.output<typeof fileSchema>['guiders'][number];

/** Every one, for what a guidance means must not depend on what the model predicts. */
const PREDICTIONS: readonly Prediction[] = ['epsilon', 'sample', 'v', 'flow'];

/** Any level will do, for the file has predictions alone. Here data and noise weigh about the same. */
const LEVEL: NoiseLevel = { time: 0.5, alpha: 0.8, sigma: 0.6 };

const { guidances } = createRegistry([samplersPlugin]);

/** Guidance against diffusers' guiders, step by step, as if the model predicted noise, data, v or a velocity. */
export const guidanceParity: ParityGroup = {
  name: 'guidance',
  index: GUIDANCE_FILE,
  async *run(source) {
    const file = fileSchema.parse(await source.json(GUIDANCE_FILE));
    const tensors = await readTensors(source);
    const steps = Array.from({ length: file.steps }, (_, step): Recorded => ({
      conditional: stepOf(tensors('pred_cond'), step),
      unconditional: stepOf(tensors('pred_uncond'), step),
      perturbed: stepOf(tensors('pred_skip'), step),
    }));
    for (const guider of file.guiders) yield* checkGuider(guider, steps, tensors(guider.name));
    const tolerance = file.tolerance.f32_abs;
    for (const { name, phi, scale, input } of file.rescale) {
      const chosen = { name: 'cfg', options: { scale, rescale: phi } };
      const step = Number(/\d+/.exec(input)![0]);
      const [got] = (await replay(chosen, 'epsilon', [steps[step]!])).predictions;
      yield compareArrays(name, got!.data, tensors(name).data, { absolute: tolerance });
    }
    for (const { name, ratio, sample_max_value: ceiling } of file.dynamic_threshold) {
      const got = await thresholded(tensors('threshold/input'), { ratio, ceiling });
      yield compareArrays(name, got.data, tensors(name).data, { absolute: tolerance });
    }
  },
};

async function* checkGuider(guider: Guider, steps: readonly Recorded[], expected: Tensor): AsyncIterable<ParityCheck> {
  const { name, num_conditions: branches, tolerance } = guider;
  try {
    const chosen = chosenBy(guider.guider, guider.config, steps.length);
    for (const prediction of PREDICTIONS) {
      const { predictions, calls, rows } = await replay(chosen, prediction, steps);
      const errors = predictions.map((got, step) => relativeError(got, stepOf(expected, step)));
      yield { name: `${name} as ${prediction}`, error: Math.max(...errors), tolerance: tolerance.f32_rel };
      const allowed = branches.reduce((sum, count) => sum + count, 0) * expected.shape[1]!;
      const excess = Math.max(0, rows - allowed) + Math.max(0, calls - steps.length);
      yield { name: `${name} as ${prediction}: calls of the model`, error: excess, tolerance: 0 };
    }
  } catch (error) {
    if (!(error instanceof UngrainError || error instanceof z.ZodError)) throw error;
    yield failedCheck(name, error.message);
  }
}

/** What a guidance makes of recorded predictions. A weaker model, if it asks for one, repeats the unconditional ones. */
async function replay(chosen: Chosen | null, prediction: Prediction, steps: readonly Recorded[]) {
  let now = steps[0]!;
  const { shape } = now.conditional;
  const { model, asked } = recordedModel(prediction, shape.slice(1), () => now);
  const weaker = recordedModel(prediction, shape.slice(1), () => ({ ...now, conditional: now.unconditional }));
  const runs = chosen === null ? [] : [await start(chosen, model, modelDenoiser(weaker.model))];
  const denoise = guide(modelDenoiser(model), runs);
  const conditions = Array.from({ length: shape[0]! }, (_, sample) => recordedCondition(sample));
  const predictions: Tensor[] = [];
  for (const [index, recorded] of steps.entries()) {
    now = recorded;
    // Any state will do as well: this one makes the data that follows from a prediction of the size of the others.
    const [answer] = await denoise([{ x: recorded.perturbed, level: LEVEL, conditions }], pointAt(index, steps.length));
    predictions.push(predictionTarget(prediction, answer!, LEVEL));
  }
  return { predictions, calls: asked.calls, rows: asked.rows + weaker.asked.rows };
}

async function thresholded(data: Tensor, options: object): Promise<Tensor> {
  const { model } = recordedModel('sample', data.shape.slice(1), () => ({
    conditional: data,
    unconditional: data,
    perturbed: data,
  }));
  const run = await start({ name: 'dynamic-threshold', options: { ...options } }, model, modelDenoiser(model));
  const conditions = Array.from({ length: data.shape[0]! }, (_, sample) => recordedCondition(sample));
  const [answer] = await guide(modelDenoiser(model), [run])([{ x: data, level: LEVEL, conditions }], pointAt(0, 1));
  return answer!.data;
}

const pointAt = (index: number, total: number): StepPoint => ({
  from: LEVEL,
  to: LEVEL,
  index,
  total,
  progress: index / total,
});

async function start({ name, options }: Chosen, model: Model, weaker: Denoiser): Promise<GuidanceRun> {
  const view = (): never => {
    throw new UngrainError('bad-reference', `Guidance '${name}' asks for what the vectors do not have.`);
  };
  const refuse = async (): Promise<never> => view();
  const denoiser = async () => weaker;
  const context: RunContext = { model, condition: refuse, denoiser, energy: refuse, asset: refuse, view };
  const guidance = guidances.get(name);
  return guidance.create(parseOptions(guidance.options, options, `guidance '${name}'`), context);
}

/** The largest difference, as a share of the largest number or of 1. */
function relativeError(got: Tensor, expected: Tensor): number {
  if (!sameShape(got.shape, expected.shape)) return Infinity;
  const size = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return got.data.reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected.data[i]!)), 0) / size;
}

/** The tensors of the file, as float32. */
async function readTensors(source: ParitySource): Promise<(name: string) => Tensor> {
  const values = await source.tensors(GUIDANCE_FILE.replace('.json', '.safetensors'));
  return (name) => {
    const value: Value | undefined = values.get(name);
    if (value?.dtype !== 'float64' && value?.dtype !== 'float32')
      throw new UngrainError('bad-reference', `The vectors lack the tensor '${name}'.`);
    return tensor(Float32Array.from(value.data), value.shape);
  };
}

const stepOf = (x: Tensor, step: number): Tensor => {
  const { data, shape } = sliceRows(x, step, step + 1);
  return { data, shape: shape.slice(1) };
};
