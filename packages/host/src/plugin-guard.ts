import {
  PLUGIN_KINDS,
  reasonOf,
  sameShape,
  formatShape,
  UngrainError,
  type Denoiser,
  type Guidance,
  type GuidanceRun,
  type Model,
  type Plugin,
  type PluginKind,
  type Sampler,
  type Tensor,
} from '@ungrain/core';

/** The part of a plugin that is at work, as a sentence names it. */
type Who = string;

const isKnown = (error: unknown): boolean => error instanceof Error && error.name === 'UngrainError';

/** What a plugin throws, in a sentence that names it. Errors that are sentences already stay. */
function failure(who: Who, error: unknown): unknown {
  if (isKnown(error)) return error;
  return new UngrainError('plugin-failed', `${who} failed: ${reasonOf(error)}.`, 'failure', { cause: error });
}

/** Does something of a plugin's. */
function guarded<T>(who: Who, action: () => T): T {
  try {
    const result = action();
    if (!(result instanceof Promise)) return result;
    return result.catch((error: unknown) => {
      throw failure(who, error);
    }) as T;
  } catch (error) {
    throw failure(who, error);
  }
}

/** @throws UngrainError `plugin-output` if a plugin's tensor has another shape, or holds what is no number */
function checkTensor(who: Who, what: string, x: unknown, like: Tensor): void {
  const { data, shape } = (x ?? {}) as Partial<Tensor>;
  const refuse = (reason: string): never => {
    throw new UngrainError('plugin-output', `${who} gave ${what} that ${reason}.`, 'failure');
  };
  if (!(data instanceof Float32Array) || !Array.isArray(shape)) return refuse('is no tensor');
  if (!sameShape(shape as number[], like.shape) || data.length !== like.data.length)
    return refuse(`has the shape ${formatShape(shape as number[])}, not ${formatShape(like.shape)}`);
  if (!data.every(Number.isFinite) && like.data.every(Number.isFinite)) refuse('holds NaN or infinite numbers');
}

const guardSampler = (who: Who, sampler: Sampler): Sampler => ({
  ...sampler,
  async step(x, from, to, state, run) {
    const result = await guarded(who, () => sampler.step(x, from, to, state, run));
    checkTensor(who, 'a state', result?.x, x);
    checkTensor(who, 'an estimate', result.data, x);
    return result;
  },
});

const guardGuidance = (who: Who, guidance: Guidance): Guidance => ({
  ...guidance,
  async create(options, context) {
    const made = await guarded(who, () => guidance.create(options, context));
    const run: GuidanceRun = {
      ...(made.begin && {
        begin(start) {
          const begun = guarded(who, () => made.begin!(start));
          checkTensor(who, 'a state', begun?.x, start.x);
          return begun;
        },
      }),
      ...(made.denoise && { denoise: (inner) => guardDenoiser(who, inner, (given) => made.denoise!(given)) }),
      ...(made.constrain && {
        async constrain(x, at, noise) {
          const constrained = await guarded(who, async () => made.constrain!(x, at, noise));
          checkTensor(who, 'a state', constrained, x);
          return constrained;
        },
      }),
      ...(made.save && { save: () => guarded(who, () => made.save!()) }),
      ...(made.restore && { restore: (state) => guarded(who, () => made.restore!(state)) }),
    };
    return run;
  },
});

/** What goes wrong inside, in the model or in another guidance, is not this plugin's. */
function guardDenoiser(who: Who, inner: Denoiser, wrap: (inner: Denoiser) => Denoiser): Denoiser {
  const foreign = new WeakSet<object>();
  const denoise = guarded(who, () =>
    wrap(async (queries, at) => {
      try {
        return await inner(queries, at);
      } catch (error) {
        if (typeof error === 'object' && error !== null) foreign.add(error);
        throw error;
      }
    }),
  );
  return async (queries, at) => {
    try {
      const answers = await denoise(queries, at);
      queries.forEach(({ x }, i) => {
        checkTensor(who, 'an estimate of the data', answers?.[i]?.data, x);
        checkTensor(who, 'an estimate of the noise', answers[i]!.noise, x);
      });
      return answers;
    } catch (error) {
      throw typeof error === 'object' && error !== null && foreign.has(error) ? error : failure(who, error);
    }
  };
}

/** The shape of what a model predicts is checked by everyone who asks it. */
function guardModel(who: Who, model: Model): Model {
  const predict: Model['predict'] = async (batch, signal) => {
    const output = await guarded(who, () => model.predict(batch, signal));
    if (!(output?.data instanceof Float32Array) || !output.data.every(Number.isFinite))
      throw new UngrainError('plugin-output', `${who} predicted NaN or infinite numbers, or no tensor.`, 'failure');
    return output;
  };
  const encode: Model['encode'] = (raw) => guarded(who, () => model.encode(raw));
  return Object.create(model, { predict: { value: predict }, encode: { value: encode } }) as Model;
}

/**
 * A plugin of somebody else's: whatever goes wrong in it is told in one sentence that names it, and no tensor of another
 * shape and no NaN gets past it.
 */
export function guardPlugin(plugin: Plugin): Plugin {
  const who = (kind: PluginKind, name: string): Who =>
    `Plugin '${plugin.name}': ${PLUGIN_KINDS[kind].singular} '${name}'`;
  return {
    ...plugin,
    samplers: (plugin.samplers ?? []).map((one) => guardSampler(who('samplers', one.name), one)),
    guidances: (plugin.guidances ?? []).map((one) => guardGuidance(who('guidances', one.name), one)),
    models: (plugin.models ?? []).map((one) => ({
      ...one,
      create: async (weights) => {
        const label = who('models', one.name);
        return guardModel(label, await guarded(label, () => one.create(weights)));
      },
    })),
    schedules: (plugin.schedules ?? []).map((one) => ({
      ...one,
      create: (options) => guarded(who('schedules', one.name), () => one.create(options)),
    })),
    spacings: (plugin.spacings ?? []).map((one) => ({
      ...one,
      levels: (...args) => guarded(who('spacings', one.name), () => one.levels(...args)),
    })),
    views: (plugin.views ?? []).map((one) => ({
      ...one,
      create: (...args) => guarded(who('views', one.name), () => one.create(...args)),
    })),
  };
}
