import { modelDenoiser, type Denoiser, type StepPoint } from './denoiser.js';
import type { Energy } from './energy.js';
import { UngrainError } from './errors.js';
import { guide, type GuidanceRun, type RunContext, type RunStart } from './guidance.js';
import type { Conditioning, Model } from './model.js';
import type { NoiseLevel } from './noise-level.js';
import { otherModelDenoiser } from './other-model.js';
import type { NoiseSource } from './random/noise-source.js';
import { renoise } from './renoise.js';
import type { Query } from './query.js';
import { noiseBelow } from './run-noise.js';
import type { RunPlan } from './run-plan.js';
import { parseRunState, type RunState } from './run-state.js';
import type { StepResult } from './sampler.js';
import { parseOptions } from './schema.js';
import { formatShape, sameShape, scale, type Tensor } from './tensor.js';
import { createView } from './view.js';

/** Where guidances get what only a front end has. It disposes of what it gave, after the run. */
export interface RunResources {
  /** @param weights see `ModelEntry.create` */
  model(name: string, weights?: string): Promise<Model>;
  energy(name: string, options: unknown): Promise<Energy>;
  /** See `RunContext.asset`. */
  asset(ref: string): Promise<Tensor>;
}

export interface RunOptions extends RunPlan {
  /** `runNoise(spec)`, or recorded noise. The run draws slot `start` first, then what `Model.align` and each step need. */
  readonly noise: NoiseSource;
  /** Stops the run between two steps, and the model as soon as it can. */
  readonly signal?: AbortSignal | undefined;
  /** A state that `RunStep.save` gave in a run of the same plan: goes on from there, to the same bytes. */
  readonly state?: unknown;
  /** What the model works on, if it has `align`: [samples, …]. */
  readonly image?: Tensor | undefined;
  /** A guidance that needs what is not given is refused. */
  readonly resources?: Partial<RunResources> | undefined;
}

/** One step, done. */
export interface RunStep {
  /** From 0. */
  readonly index: number;
  /** The number of steps. */
  readonly total: number;
  readonly from: NoiseLevel;
  readonly to: NoiseLevel;
  /** The state before the step (the first has the start of the run) and after it, at level `to`. */
  readonly before: Tensor;
  readonly x: Tensor;
  /** The estimate of the clean images that the step was based on, for previews; `null` where a step added noise. */
  readonly data: Tensor | null;
  /**
   * All that the run needs to go on from here.
   * @throws UngrainError `stale-step` once the next step was asked for
   */
  save(): RunState;
}

/**
 * Runs a plan, yielding each step, and returns the samples: a tensor of shape `plan.shape`, in the model's own range.
 * It does nothing but when the next step is asked for, so leaving the loop stops it.
 *
 * ```ts
 * for await (const step of run({ ...planRun(spec, registry, model), noise: runNoise(spec) })) show(step.data);
 * ```
 *
 * @throws UngrainError `aborted` when the signal fires, `bad-state` for a state of another run, `missing-image`
 */
export async function* run(options: RunOptions): AsyncGenerator<RunStep, Tensor, void> {
  const { signal, noise } = options;
  throwIfAborted(signal);
  const guidances = await startGuidances(options);
  const conditions = await options.model.encode(options.conditions);
  const denoiser = guide(modelDenoiser(options.model, signal), guidances);
  let state = options.state === undefined ? await begin(options, guidances) : restore(options, guidances);

  while (state.index < state.moves.length) {
    throwIfAborted(signal);
    const { index, moves, from, x: before } = state;
    const { do: move, to } = moves[index]!;
    const total = moves.length;
    const at: StepPoint = { from, to, index, total, progress: index / total };
    const moved = move === 'solve' ? await solve(options, denoiser, conditions, state, at) : addNoise(state, at, noise);
    const x = await constrain(options, guidances, moved.x, at);
    state = { ...state, index: index + 1, from: to, x, sampler: moved.state };
    const done = state;
    let over = false;
    const save = (): RunState => {
      if (over) throw new UngrainError('stale-step', `Step ${index} of the run was over when it was to be saved.`);
      return { ...done, guidances: guidances.map((guidance) => guidance.save?.() ?? null), noise: noise.save() };
    };
    yield { index, total, from, to, before, x, data: moved.data, save };
    over = index + 1 < total;
  }
  return state.x;
}

/** Runs a plan to its end. @throws as `run` does */
export async function sample(options: RunOptions): Promise<Tensor> {
  const steps = run(options);
  for (;;) {
    const { done, value } = await steps.next();
    if (done) return value;
  }
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new UngrainError('aborted', 'The run was aborted.', 'failure', { cause: signal.reason as unknown });
}

async function startGuidances({
  guidances,
  views,
  shape,
  model,
  resources = {},
  signal,
}: RunOptions): Promise<readonly GuidanceRun[]> {
  const context: RunContext = {
    model,
    async condition(raw) {
      const [encoded] = await model.encode([
        parseOptions(model.condition, raw, `a condition of model '${model.name}'`),
      ]);
      return encoded!;
    },
    async denoiser(name, weights) {
      const { model: create = lacking('another model') } = resources;
      return otherModelDenoiser(await create(name ?? model.name, weights), model, signal);
    },
    energy: resources.energy ?? lacking('an energy'),
    asset: resources.asset ?? lacking('an image'),
    view(text) {
      if (views) return createView(text, views, shape.slice(1));
      throw new UngrainError('missing-resource', `A guidance needs the view '${text}', and the run was given none.`);
    },
  };
  return Promise.all(guidances.map(({ guidance, options }) => guidance.create(options, context)));
}

const lacking =
  (what: string) =>
  async (name: string): Promise<never> => {
    throw new UngrainError('missing-resource', `A guidance needs ${what}, '${name}', and the run was given none.`);
  };

async function begin(
  { model, levels, shape, noise, image }: RunOptions,
  guidances: readonly GuidanceRun[],
): Promise<RunState> {
  const [from, ...rest] = levels;
  if (!from) throw new UngrainError('no-levels', 'A run needs noise levels to move between.');
  const unit = noise.normal({ slot: 'start', step: 0, draw: 0 }, shape);
  let start: RunStart = {
    // Data of unit variance gives a state of variance α² + σ²: 1 for DDPM and at the start of a flow.
    x: scale(unit, Math.hypot(from.alpha, from.sigma)),
    noise: unit,
    from,
    moves: rest.map((to) => ({ do: 'solve', to })),
  };
  for (const guidance of guidances) start = guidance.begin?.(start) ?? start;
  if (model.align && !image)
    throw new UngrainError('missing-image', `Model '${model.name}' works on an image, and the run was given none.`);
  const aligned = model.align ? await model.align(image!, shape, noiseBelow('align', noise)) : null;
  return {
    index: 0,
    moves: start.moves,
    from: start.from,
    x: start.x,
    aligned,
    sampler: null,
    guidances: [],
    noise: null,
  };
}

function restore({ state: saved, shape, noise }: RunOptions, guidances: readonly GuidanceRun[]): RunState {
  const state = parseRunState(saved);
  if (!sameShape(state.x.shape, shape) || state.guidances.length !== guidances.length)
    throw new UngrainError(
      'bad-state',
      `The saved run has samples of shape ${formatShape(state.x.shape)} and ${state.guidances.length} guidances, ` +
        `this one ${formatShape(shape)} and ${guidances.length}.`,
    );
  noise.restore(state.noise);
  guidances.forEach((guidance, i) => {
    const remembered = state.guidances[i] ?? null;
    if (remembered !== null) guidance.restore?.(remembered);
  });
  return state;
}

/** What a move leaves behind. */
type Moved = Pick<StepResult, 'x' | 'state'> & { readonly data: Tensor | null };

async function solve(
  { sampler, samplerOptions, schedule, model, noise, signal }: RunOptions,
  denoiser: Denoiser,
  conditions: readonly Conditioning[],
  { x, aligned, sampler: state, moves }: RunState,
  at: StepPoint,
): Promise<Moved> {
  const context = {
    options: samplerOptions,
    schedule,
    variance: model.variance,
    moves,
    index: at.index,
    noise,
    async denoise(x: Tensor, level: NoiseLevel) {
      const query: Query = { x, level, conditions, ...(aligned && { aligned }) };
      const [denoised] = await denoiser([query], at);
      return denoised!;
    },
  };
  let result = await sampler.step(x, at.from, at.to, state, context);
  while (result.reached && result.reached !== at.to) {
    throwIfAborted(signal);
    result = await sampler.step(result.x, result.reached, at.to, result.state, context);
  }
  return result;
}

/** A renoising move. What the sampler remembers of the way down does not hold up there: it starts anew. */
function addNoise({ x }: RunState, { from, to, index }: StepPoint, source: NoiseSource): Moved {
  const noise = source.normal({ slot: 'renoise', step: index, draw: 0 }, x.shape);
  return { x: renoise(x, from, to, noise), data: null, state: null };
}

async function constrain(
  { guidances: listed, noise }: RunOptions,
  guidances: readonly GuidanceRun[],
  x: Tensor,
  at: StepPoint,
): Promise<Tensor> {
  for (const [i, guidance] of guidances.entries())
    if (guidance.constrain) x = await guidance.constrain(x, at, noiseBelow(`${listed[i]!.guidance.name}-${i}`, noise));
  return x;
}
