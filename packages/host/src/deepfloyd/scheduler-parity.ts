import {
  createRegistry,
  linear,
  parseOptions,
  parseRunSpec,
  planRun,
  run,
  tensor,
  type Model,
  type NoiseLevel,
  type NoiseSource,
  type Tensor,
} from '@ungrain/core';
import { compareArrays, guarded, type ParityCheck, type ParitySource } from '@ungrain/core/parity';
import { unetDeclarations } from '@ungrain/models-deepfloyd';
import { wanted } from '@ungrain/models-deepfloyd/parity';
import { samplersPlugin } from '@ungrain/samplers';
import { z } from 'zod';
import { STAGE_DEFAULTS, stageSettings } from './stage-settings.js';

const FOLDER = 'reference/scheduler';
const OLDER = 'reference/older_configs';
const STAGES = ['stage1', 'stage2'] as const;
/** Of ᾱ, and of a step's tensors by the larger of 1 and their largest number. */
const [TABLE, STEP] = [1e-6, 1e-5] as const;

const times = z.array(z.int());
const stepSchema = z.object({
  key: z.string(),
  timestep: z.int(),
  prev_timestep: z.int(),
  sample_max_value: z.number(),
});
const indexSchema = z.looseObject({
  steps: z.array(stepSchema),
  leading: z.record(z.string(), times),
  linspace: z.record(z.string(), times),
  trailing: z.record(z.string(), times),
  custom_list: z.object({ timesteps: times }),
});

const registry = createRegistry([samplersPlugin]);

/** The scheduler of diffusers' IF pipelines by itself: its tables, its lists of times, and single steps. */
export async function* checkScheduler(source: ParitySource): AsyncGenerator<ParityCheck, void, void> {
  if (!(await source.exists(`${FOLDER}/scheduler.json`))) return;
  const index = indexSchema.parse(await source.json(`${FOLDER}/scheduler.json`));
  const reference = await source.tensors(`${FOLDER}/scheduler.safetensors`);
  const config = (await source.json('stage1/scheduler/scheduler_config.json')) as object;
  const settingsOf = (change: object) =>
    stageSettings({ ...config, ...change }, STAGE_DEFAULTS.stage1, `the scheduler of ${FOLDER}`);
  const { schedule } = settingsOf({});

  const squares = wanted(reference, 'alphas_cumprod').data.map((_, t) => schedule.level(t).alpha ** 2);
  yield compareArrays('scheduler alphas_cumprod', squares, wanted(reference, 'alphas_cumprod').data, {
    absolute: TABLE,
  });
  const betas = squares.map((square, t) => 1 - square / (t === 0 ? 1 : squares[t - 1]!));
  // A quotient of two numbers in float32: its rounding counts against ᾱ, which becomes small.
  yield compareArrays('scheduler betas', betas, wanted(reference, 'betas').data, { absolute: 1e-4 });
  yield* guarded('scheduler add_noise', async function* () {
    yield checkNoise(reference, (t) => schedule.level(t));
  });

  const visited = (name: string, options: unknown, steps: number): Float32Array => {
    const spacing = registry.spacings.get(name);
    const levels = spacing.levels(schedule, steps, parseOptions(spacing.options, options, name));
    return Float32Array.from(levels.slice(0, steps), ({ time }) => time);
  };
  for (const kind of ['leading', 'linspace', 'trailing'] as const)
    for (const [steps, expected] of Object.entries(index[kind])) {
      const { spacing } = settingsOf({ timestep_spacing: kind }).defaults;
      const found = visited(spacing!.name, spacing!.options ?? {}, Number(steps));
      yield compareArrays(`scheduler ${kind} ${steps}`, found, Float32Array.from(expected), 'equal');
    }
  const { timesteps } = index.custom_list;
  const custom = visited('explicit', { times: timesteps }, timesteps.length);
  yield compareArrays('scheduler custom list', custom, Float32Array.from(timesteps), 'equal');
  const presets = z.record(z.string(), times).parse(await source.json(`${FOLDER}/timestep_presets.json`));
  for (const [list, expected] of Object.entries(presets))
    yield* guarded(`scheduler preset ${list}`, async function* () {
      const found = visited('preset', { list }, expected.length);
      yield compareArrays(`scheduler preset ${list}`, found, Float32Array.from(expected), 'equal');
    });

  for (const step of index.steps)
    yield* guarded(`scheduler ${step.key}`, () =>
      checkStep(step, reference, settingsOf({ sample_max_value: step.sample_max_value })),
    );
}

type Tensors = Awaited<ReturnType<ParitySource['tensors']>>;

function checkNoise(reference: Tensors, levelAt: (time: number) => NoiseLevel): ParityCheck {
  const [clean, noise] = [wanted(reference, 'add_noise.original'), wanted(reference, 'add_noise.noise')];
  const rows = [...(reference.get('add_noise.timesteps')!.data as BigInt64Array)].map(Number);
  const size = clean.data.length / rows.length;
  const noisy = rows.flatMap((time, row) => {
    const part = ({ data }: Tensor): Tensor => tensor(data.slice(row * size, (row + 1) * size), [size]);
    const { alpha, sigma } = levelAt(time);
    return [...linear([alpha, part(clean)], [sigma, part(noise)]).data];
  });
  const expected = wanted(reference, 'add_noise.output').data;
  return compareArrays('scheduler add_noise', Float32Array.from(noisy), expected, { absolute: STEP });
}

/** One step from a recorded state, with what the network said of it and the noise that was drawn. */
async function* checkStep(
  { key, timestep, prev_timestep: next }: z.output<typeof stepSchema>,
  reference: Tensors,
  { schedule, defaults }: ReturnType<typeof stageSettings>,
): AsyncGenerator<ParityCheck, void, void> {
  const of = (name: string): Tensor => wanted(reference, `${key}.${name}`);
  const x = of('sample');
  const model: Model = {
    name: 'recorded',
    schedule,
    prediction: 'epsilon',
    variance: 'learned-range',
    sampleShape: x.shape.slice(1),
    accepts: () => true,
    range: [-1, 1],
    maxRows: Infinity,
    condition: z.unknown(),
    defaults,
    encode: async (raw) => raw.map(() => ({})),
    unconditional: (condition) => condition,
    predict: async () => of('model_output'),
    dispose: async () => undefined,
  };
  const noise: NoiseSource = {
    normal: ({ slot }) => (slot === 'start' ? x : of('noise')),
    save: () => null,
    restore: () => undefined,
  };
  const guidance = (defaults.guidance ?? []).filter(({ name }) => name !== 'cfg');
  const spec = parseRunSpec({
    ...defaults,
    sampler: defaults.sampler!,
    spacing: defaults.spacing!,
    model: model.name,
    count: x.shape[0]!,
    shape: [...model.sampleShape],
    guidance,
  });
  const levels = [schedule.level(timestep), next < 0 ? schedule.clean : schedule.level(next)];
  const close = ({ data }: Tensor) => ({
    absolute: STEP * data.reduce((most, value) => Math.max(most, Math.abs(value)), 1),
  });
  for await (const step of run({ ...planRun(spec, registry, model), levels, noise })) {
    yield compareArrays(`scheduler ${key}`, step.x.data, of('prev_sample').data, close(of('prev_sample')));
    const data = of('pred_original_sample');
    yield compareArrays(`scheduler ${key} data`, step.data!.data, data.data, close(data));
  }
}

/** Configs of older versions, which lack keys, stand for the same networks and schedulers. */
export async function* checkOlderConfigs(source: ParitySource): AsyncGenerator<ParityCheck, void, void> {
  for (const stage of STAGES) {
    const parts = {
      unet: { path: `${stage}/unet/config.json`, read: unetDeclarations },
      scheduler: {
        path: `${stage}/scheduler/scheduler_config.json`,
        read: (json: unknown) => {
          const { schedule, defaults } = stageSettings(json, STAGE_DEFAULTS[stage], stage);
          return { name: schedule.name, levels: [0, 1, 500, 999].map((time) => schedule.level(time)), defaults };
        },
      },
    };
    for (const [part, { path, read }] of Object.entries(parts)) {
      const older = `${OLDER}/${stage}_${part}.json`;
      if (!(await source.exists(older))) continue;
      yield* guarded(older, async function* () {
        const texts = [await source.json(older), await source.json(path)].map((json) => JSON.stringify(read(json)));
        yield { name: older, error: texts[0] === texts[1] ? 0 : Infinity, tolerance: 0 };
      });
    }
  }
}
