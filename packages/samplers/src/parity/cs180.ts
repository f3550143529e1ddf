import {
  addNoise,
  createRegistry,
  modelDenoiser,
  parseOptions,
  predictionTarget,
  run,
  straightPath,
  type NoiseLevel,
  type RunOptions,
  type Tensor,
} from '@ungrain/core';
import { brokenCheck, compareArrays, type ParityCheck } from '@ungrain/core/parity';
import type { MixtureModel } from '@ungrain/core/testing';
import { z } from 'zod';
import { samplersPlugin } from '../plugin.js';
import { cosineSchedule } from '../schedules/cosine.js';
import { caseTensors, conditionOf, entriesOf, noiseInOrder, required, type CaseTensors } from './case-tensors.js';
import type { FileCheck } from './file-check.js';
import { readMixture, varianceFormula } from './mixture.js';

export const CS180_FILE = 'cs180.json';

const condition = z.string().transform(conditionOf);

const caseSchema = z.object({
  name: z.string(),
  timesteps: z.array(z.number()).optional(),
  trajectory: z.boolean().optional(),
  i_start: z.int().optional(),
  gamma: z.number().optional(),
  cond: condition.optional(),
  p1: condition.optional(),
  p2: condition.optional(),
  resamplings: z.int().optional(),
  kernel: z.int().optional(),
  sigma: z.union([z.number(), z.array(z.number())]).optional(),
  low: condition.optional(),
  high: condition.optional(),
  steps: z.int().optional(),
  t: z.array(z.number()).optional(),
});
type Case = z.output<typeof caseSchema>;

const fileSchema = z.object({
  strided: z.object({ t: z.array(z.number()) }),
  variance_channel: z.string(),
  cases: z.array(caseSchema),
  tolerance: z.object({ f32_abs: z.number() }),
});

const registry = createRegistry([samplersPlugin]);
const diffusion = cosineSchedule.create(parseOptions(cosineSchedule.options, {}, 'schedule'));

/** What the cases are checked with. */
interface Course {
  readonly tensors: CaseTensors;
  readonly tolerance: number;
  /** The strided levels. */
  readonly levels: readonly NoiseLevel[];
  readonly diffusion: (shape: readonly number[]) => MixtureModel;
  readonly flow: (shape: readonly number[]) => MixtureModel;
  /** Of cases that guide without saying how far or towards what. */
  readonly guided: { readonly gamma: number; readonly cond: 'a' | 'b' | undefined };
}

/** The loops of the course, all with the recorded noise, against what its notebooks compute. */
export const checkCs180: FileCheck = async function* (source, path) {
  const file = fileSchema.parse(await source.json(path));
  const mixture = await readMixture(source);
  const variance = { variance: 'learned-range', rawVariance: varianceFormula(file.variance_channel) } as const;
  const guided = file.cases.find(({ name, gamma }) => name === 'cfg' && gamma !== undefined);
  const course: Course = {
    tensors: await caseTensors(source, path),
    tolerance: file.tolerance.f32_abs,
    levels: file.strided.t.map((time) => diffusion.level(time)),
    diffusion: (shape) => mixture(diffusion, shape, { prediction: 'epsilon', told: 'level', ...variance }),
    flow: (shape) =>
      mixture(straightPath, shape, { prediction: 'flow', variance: 'none', rawVariance: () => 0, told: 'level' }),
    guided: { gamma: guided?.gamma ?? 7, cond: guided?.cond },
  };
  for (const entry of file.cases) {
    try {
      for await (const check of checkOf(entry)(entry, course)) yield { ...check, name: `cs180 ${check.name}` };
    } catch (error) {
      yield brokenCheck(`cs180 ${entry.name}`, error);
    }
  }
};

type CaseCheck = (entry: Case, course: Course) => AsyncIterable<ParityCheck> | Iterable<ParityCheck>;

/** A case by the beginning of its name. */
const CHECKS: readonly (readonly [prefix: string, check: CaseCheck])[] = [
  ['forward', checkForward],
  ['noising', checkNoising],
  ['flow_train', checkTargets],
  ['flow_cfg', checkFlow],
  ['hybrid', checkHybrid],
  ['', checkStrided],
];
const checkOf = ({ name }: Case): CaseCheck => CHECKS.find(([prefix]) => name.startsWith(prefix))![1];

/** The forward process, and the estimates of the data in one step from there. */
async function* checkForward({ name, timesteps = [] }: Case, course: Course): AsyncIterable<ParityCheck> {
  const { tensors, tolerance } = course;
  const original = required(tensors, 'x_orig');
  const [noises, noisy] = [`${name}/noise`, `${name}/x_t`].map((tensor) => entriesOf(required(tensors, tensor)));
  const denoise = modelDenoiser(course.diffusion(original.shape.slice(1)));
  const estimates = tensors('onestep/x0');
  for (const [i, time] of timesteps.entries()) {
    const level = diffusion.level(time);
    const x = addNoise(original, level, noises![i]!);
    yield compareArrays(`${name} t=${time}`, x.data, noisy![i]!.data, { absolute: tolerance });
    if (!estimates) continue;
    const query = {
      x: noisy![i]!,
      level,
      conditions: original.data.length > 0 ? rowsOf(original).map(() => ({})) : [],
    };
    const [answer] = await denoise([query], { from: level, to: level, index: 0, total: 1, progress: 0 });
    const expected = entriesOf(estimates)[i]!.data;
    yield compareArrays(`onestep t=${time}`, answer!.data.data, expected, { absolute: tolerance });
  }
}

const rowsOf = ({ shape: [rows = 0] }: Tensor): readonly number[] => Array.from({ length: rows }, (_, i) => i);

/** x + σ·noise, as the one-step denoisers are trained. */
function* checkNoising({ name, sigma = [] }: Case, { tensors, tolerance }: Course): Iterable<ParityCheck> {
  const expected = entriesOf(required(tensors, `${name}/z`));
  for (const [i, level] of [sigma].flat().entries()) {
    const z = addNoise(
      required(tensors, 'x_orig'),
      { time: 0, alpha: 1, sigma: level },
      required(tensors, 'flow_cfg/x_init'),
    );
    yield compareArrays(`${name} σ=${level}`, z.data, expected[i]!.data, { absolute: tolerance });
  }
}

/** x_t and the velocity that a flow is trained on. */
function* checkTargets({ name, t = [] }: Case, { tensors, tolerance }: Course): Iterable<ParityCheck> {
  const [data, noise] = [required(tensors, 'x_orig'), required(tensors, 'flow_cfg/x_init')];
  const expected = entriesOf(required(tensors, `${name}/x_t`));
  for (const [i, time] of t.entries()) {
    const x = addNoise(data, straightPath.level(time), noise);
    yield compareArrays(`${name} t=${time}`, x.data, expected[i]!.data, { absolute: tolerance });
  }
  const target = predictionTarget('flow', { data, noise }, straightPath.level(0));
  yield compareArrays(`${name} target`, target.data, required(tensors, `${name}/target`).data, { absolute: tolerance });
}

/** Sampling of a flow with guidance. */
async function* checkFlow({ name, steps = 0, gamma = 1, cond }: Case, course: Course): AsyncIterable<ParityCheck> {
  const start = required(course.tensors, `${name}/x_init`);
  const levels = Array.from({ length: steps + 1 }, (_, i) => straightPath.level(i / steps));
  const options = planOf(course.flow(start.shape.slice(1)), levels, 'euler', [['cfg', { scale: gamma }]], start, cond);
  yield* compareRun(name, { ...options, noise: noiseInOrder(start, []) }, course, (index) => index + 1);
}

/** A hybrid, by deterministic steps. */
async function* checkHybrid(entry: Case, course: Course): AsyncIterable<ParityCheck> {
  const { name, timesteps = [], kernel, sigma, low, high } = entry;
  const start = required(course.tensors, `${name}/x_init`);
  const levels = timesteps.map((time) => diffusion.level(time));
  const guidance: readonly Chosen[] = [['hybrid', { kernel, sigma, conditions: [low ?? null, high ?? null] }]];
  const options = planOf(course.diffusion(start.shape.slice(1)), levels, 'ddim', guidance, start);
  yield* compareRun(name, { ...options, noise: noiseInOrder(start, []) }, course, (index) => index + 1);
}

/** The loop over the strided times, from noise or from an image, with what each case adds to it. */
async function* checkStrided(entry: Case, course: Course): AsyncIterable<ParityCheck> {
  const { name, i_start: from = 0, trajectory = true, resamplings = 1 } = entry;
  const { tensors, levels, guided } = course;
  const start = required(tensors, tensors(`${name}/noise_init`) ? `${name}/noise_init` : `${name}/x_init`);
  const drawn = entriesOf(required(tensors, `${name}/noise`));
  const guides = entry.gamma !== undefined || name.endsWith('cfg');
  const chosen: readonly Chosen[] = [
    ...(name.startsWith('sdedit') ? ([['sdedit', { image: ORIGINAL, start: from }]] as const) : []),
    ...(resamplings > 1 ? ([['repaint', { jumpLength: 1, resamples: resamplings, fromStart: true }]] as const) : []),
    ...(name.startsWith('inpaint') || resamplings > 1 ? ([['inpaint', { image: ORIGINAL, mask: MASK }]] as const) : []),
    ...(entry.p1
      ? ([['views', { views: ['identity', 'flip'], conditions: [entry.p1, entry.p2 ?? null] }]] as const)
      : []),
    ...(guides ? ([['cfg', { scale: entry.gamma ?? guided.gamma }]] as const) : []),
  ];
  const cond = guides ? (entry.cond ?? guided.cond) : undefined;
  const options = planOf(course.diffusion(start.shape.slice(1)), levels, 'ddpm', chosen, start, cond);
  const resources = {
    asset: async (ref: string) => (ref === MASK ? required(tensors, 'mask') : halved(required(tensors, 'x_orig'))),
  };
  /** Which recorded state a step of ours ends at, if at any. */
  const stateOf = (index: number, total: number): number | null => {
    if (!trajectory) return index + 1 === total ? 0 : null;
    const moves = 2 * resamplings - 1;
    return (index + 1) % moves === 0 ? (index + 1) / moves : null;
  };
  yield* compareRun(name, { ...options, noise: noiseInOrder(start, drawn), resources }, course, stateOf);
}

const [ORIGINAL, MASK] = ['0'.repeat(64), '1'.repeat(64)];

/** From −1 … 1, as the reference has it, to 0 … 1, as runs are given pictures. */
const halved = ({ data, shape }: Tensor): Tensor => ({ data: data.map((value) => (value + 1) / 2), shape });

type Chosen = readonly [name: string, options: Record<string, unknown>];

const planOf = (
  model: MixtureModel,
  levels: readonly NoiseLevel[],
  sampler: string,
  chosen: readonly Chosen[],
  { shape }: Tensor,
  cond?: 'a' | 'b',
): Omit<RunOptions, 'noise'> => ({
  model,
  schedule: model.schedule,
  levels,
  sampler: registry.samplers.get(sampler),
  samplerOptions: parseOptions(registry.samplers.get(sampler).options, {}, sampler),
  guidances: chosen.map(([name, given]) => {
    const guidance = registry.guidances.get(name);
    return { guidance, options: parseOptions(guidance.options, given, `guidance '${name}'`) };
  }),
  views: registry.views,
  shape,
  conditions: new Array<unknown>(shape[0]!).fill(cond),
});

async function* compareRun(
  name: string,
  options: RunOptions,
  { tensors, tolerance }: Course,
  stateOf: (index: number, total: number) => number | null,
): AsyncIterable<ParityCheck> {
  const expected = entriesOf(required(tensors, `${name}/x`));
  for await (const { index, total, x } of run(options)) {
    const state = stateOf(index, total);
    if (state !== null)
      yield compareArrays(`${name} step ${index + 1}`, x.data, expected[state]?.data ?? [], { absolute: tolerance });
  }
}
