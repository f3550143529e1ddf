import {
  createRegistry,
  map,
  parseRunSpec,
  planRun,
  run,
  torchNoise,
  torchNoisePerSample,
  type Model,
  type NoiseSource,
  type RunSpecInput,
  type Tensor,
} from '@ungrain/core';
import { compareArrays, guarded, type ParityCheck, type ParitySource } from '@ungrain/core/parity';
import type { Engine } from '@ungrain/graph';
import { t5Prompts } from '@ungrain/models-deepfloyd';
import { parityFiles, wanted } from '@ungrain/models-deepfloyd/parity';
import { samplersPlugin } from '@ungrain/samplers';
import { z } from 'zod';
import { loadStage } from './load-stage.js';

const FOLDER = 'reference/pipelines';
const META = 'reference/meta.json';
/** Largest difference of a state. */
const TOLERANCE = 5e-4;

/** Assets are named by a SHA-256, and these have none. */
const [IMAGE, MASK] = ['0'.repeat(64), '1'.repeat(64)] as const;

const caseSchema = z.object({
  pipeline: z.enum(['IFPipeline', 'IFSuperResolutionPipeline', 'IFImg2ImgPipeline', 'IFInpaintingPipeline']),
  file: z.string(),
  prompt: z.union([z.string(), z.array(z.string())]),
  negative_prompt: z.string().optional(),
  num_images_per_prompt: z.int().default(1),
  guidance_scale: z.number(),
  generator_seed: z.union([z.int(), z.array(z.int())]),
  image_shape: z.array(z.int()),
  timesteps: z.array(z.int()),
  preset: z.string().optional(),
  custom_timesteps: z.array(z.int()).optional(),
  strength: z.number().optional(),
  noise_level: z.int().optional(),
  scheduler_override: z.record(z.string(), z.unknown()).default({}),
  num_inference_steps: z.int().optional(),
});
type Case = z.output<typeof caseSchema>;
const metaSchema = z.object({ pipelines: z.record(z.string(), z.unknown()) });

/** Whole runs of diffusers' pipelines, step by step, with our own noise from their seeds. */
export async function* checkPipelines(source: ParitySource, engine: Engine): AsyncGenerator<ParityCheck, void, void> {
  const { pipelines } = metaSchema.parse(await source.json(META));
  for (const [name, settings] of Object.entries(pipelines))
    yield* guarded(`pipeline ${name}`, async function* () {
      const one = caseSchema.parse(settings);
      yield* checkPipeline(source, engine, name, one, await source.tensors(`${FOLDER}/${one.file}`));
    });
}

async function* checkPipeline(
  source: ParitySource,
  engine: Engine,
  name: string,
  one: Case,
  reference: Awaited<ReturnType<ParitySource['tensors']>>,
): AsyncGenerator<ParityCheck, void, void> {
  const model = await stageOf(source, engine, one);
  try {
    const registry = createRegistry([samplersPlugin]);
    const plan = planRun(parseRunSpec(specOf(one, model)), registry, model);
    const latents = wanted(reference, 'latents');
    const size = latents.data.length / latents.shape[0]!;
    const tensor = (key: string): Tensor | undefined => (reference.has(key) ? wanted(reference, key) : undefined);
    const image = tensor('input_image');
    const assets = { [IMAGE]: image && map(image, (x) => (x + 1) / 2), [MASK]: tensor('mask_image') };
    const resources = { asset: async (asset: string) => assets[asset]! };
    const steps = run({ ...plan, noise: noiseOf(one), image, resources });
    for (let index = 0; index < latents.shape[0]!; index++) {
      const { value } = await steps.next();
      const expected = latents.data.subarray(index * size, (index + 1) * size);
      const largest = one.custom_timesteps ? expected.reduce((most, x) => Math.max(most, Math.abs(x)), 1) : 1;
      const state = (value as { x: Tensor }).x;
      yield compareArrays(`pipeline ${name} step ${index}`, state.data, expected, { absolute: TOLERANCE * largest });
    }
  } finally {
    await model.dispose();
  }
}

/** The stage that a case is of, with its scheduler's settings changed as the case says. */
function stageOf(source: ParitySource, engine: Engine, one: Case): Promise<Model> {
  const files = parityFiles(source, one.pipeline === 'IFSuperResolutionPipeline' ? 'stage2' : 'stage1');
  const changed = {
    ...files,
    json: async (path: string) => {
      const json = await files.json(path);
      return path.startsWith('scheduler/') ? { ...(json as object), ...one.scheduler_override } : json;
    },
  };
  return loadStage(changed, {
    name: 'if',
    engine,
    prompts: t5Prompts(files, { engine }),
    ...(one.noise_level !== undefined && { noiseLevel: one.noise_level }),
  });
}

function specOf(one: Case, model: Model): RunSpecInput {
  const prompts = [one.prompt].flat().flatMap((prompt) => new Array<string>(one.num_images_per_prompt).fill(prompt));
  const [count, ...shape] = one.image_shape;
  const thresholding = (model.defaults.guidance ?? []).filter(({ name }) => name !== 'cfg');
  const negative = one.negative_prompt === undefined ? {} : { negative: one.negative_prompt };
  return {
    ...model.defaults,
    sampler: model.defaults.sampler!,
    model: 'if',
    count: count!,
    shape,
    conditions: prompts,
    steps: one.num_inference_steps ?? one.timesteps.length,
    spacing: spacingOf(one, model),
    guidance: [
      ...thresholding,
      { name: 'cfg', options: { scale: one.guidance_scale, ...negative } },
      ...(one.strength === undefined ? [] : [{ name: 'sdedit', options: { image: IMAGE, strength: one.strength } }]),
      ...(one.pipeline === 'IFInpaintingPipeline'
        ? [{ name: 'inpaint', options: { image: IMAGE, mask: MASK, keepClean: true } }]
        : []),
    ],
  };
}

function spacingOf({ preset, custom_timesteps }: Case, model: Model): NonNullable<RunSpecInput['spacing']> {
  if (preset !== undefined) return { name: 'preset', options: { list: preset } };
  if (custom_timesteps) return { name: 'explicit', options: { times: custom_timesteps } };
  return model.defaults.spacing!;
}

/** One generator draws for all rows at once, a list of them row by row. */
const noiseOf = ({ generator_seed: seed }: Case): NoiseSource =>
  Array.isArray(seed) ? torchNoisePerSample(seed.map(BigInt)) : torchNoise(seed);
