import {
  createRegistry,
  modelDenoiser,
  parseOptions,
  renoise,
  type Model,
  type Move,
  type NoiseLevel,
  type NoiseSource,
  type Schedule,
  type StepPoint,
  type Tensor,
} from '@ungrain/core';
import { brokenCheck, compareArrays, type ParityCheck } from '@ungrain/core/parity';
import { z } from 'zod';
import { levelsOf } from '../diffusers/levels.js';
import { noisingOf } from '../diffusers/noising.js';
import { jumpBack } from '../guidance/repaint.js';
import { samplersPlugin } from '../plugin.js';
import { caseTensors, entriesOf, required, type CaseTensors } from './case-tensors.js';
import { diffusersFile, PREDICTIONS, type DiffusersCase } from './diffusers-case.js';
import type { FileCheck } from './file-check.js';
import { readMixture } from './mixture.js';

export const REPAINT_FILE = 'diffusers/repaint.json';

const ownSchema = z.object({
  cases: z.array(z.looseObject({ eta: z.number(), ops: z.array(z.enum(['step', 'undo'])) })),
});
const configSchema = z.looseObject({
  clip_sample: z.boolean().default(true),
  clip_sample_range: z.number().default(1),
});
const jumpSchema = z.looseObject({
  jump_length: z.int().default(10),
  jump_n_sample: z.int().default(10),
});

const registry = createRegistry([samplersPlugin]);
const guidance = (name: string) => registry.guidances.get(name);

/**
 * diffusers' RePaintScheduler: where our jumps go, and each of its steps by DDIM and inpainting. Its way up is not the
 * paper's: it adds the noise of every trained time on the way by itself, and that of the interval above the right one.
 */
export const checkRepaint: FileCheck = async function* (source, path) {
  const json = await source.json(path);
  const { cases } = diffusersFile.parse(json);
  const own = ownSchema.parse(json).cases;
  const tensors = await caseTensors(source, path);
  const mixture = await readMixture(source);
  for (const [i, entry] of cases.entries()) {
    const name = `repaint ${entry.name}`;
    try {
      const { scheduler, config, set_timesteps: setTimesteps } = entry;
      const { schedule, levels } = levelsOf(noisingOf({ scheduler, config, setTimesteps }));
      const prediction = PREDICTIONS[entry.predicts];
      const choices = { prediction, variance: 'none', rawVariance: () => 0, told: 'level' } as const;
      const model = mixture(schedule, entry.shape.slice(1), choices);
      yield checkJumps(name, entry, own[i]!.ops, levels);
      yield* checkSteps(name, { ...own[i]!, entry, tensors, schedule, levels, model });
    } catch (error) {
      yield brokenCheck(name, error);
    }
  }
};

/** Steps and ways up as the library lists them: the times of steps, and on the way up each time that is passed. */
function checkJumps(
  name: string,
  { set_timesteps, timesteps }: DiffusersCase,
  ops: readonly string[],
  levels: readonly NoiseLevel[],
): ParityCheck {
  const { jump_length: jumpLength, jump_n_sample: resamples } = jumpSchema.parse(set_timesteps);
  const [first, ...rest] = levels;
  const moves = rest.map((to): Move => ({ do: 'solve', to }));
  const times = levels.map(({ time }) => time);
  const listed: string[] = [];
  let place = 0;
  for (const { do: move, to } of jumpBack(first!, moves, { jumpLength, resamples, fromStart: false })) {
    const target = levels.indexOf(to);
    if (move === 'solve') listed.push(`step ${times[place]}`);
    else for (let at = place - 2; at >= target - 1; at--) listed.push(`undo ${times[Math.max(0, at)]}`);
    place = target;
  }
  const expected = timesteps.map((time, i) => `${ops[i]} ${time}`);
  const wrong = Math.abs(listed.length - expected.length) + listed.filter((text, i) => text !== expected[i]).length;
  return { name: `${name} jumps`, error: wrong, tolerance: 0, note: listed.join(', ') };
}

interface Walk {
  readonly entry: DiffusersCase;
  readonly eta: number;
  readonly ops: readonly ('step' | 'undo')[];
  readonly tensors: CaseTensors;
  readonly schedule: Schedule;
  readonly levels: readonly NoiseLevel[];
  readonly model: Model;
}

async function* checkSteps(name: string, walk: Walk): AsyncIterable<ParityCheck> {
  const { entry, ops, tensors, schedule, levels, model } = walk;
  const [states, noises] = ['x', 'noise'].map((part) => entriesOf(required(tensors, `${entry.name}/${part}`)));
  const known = required(tensors, `${entry.name}/mask`);
  const mask = { ...known, data: known.data.map((value) => 1 - value) };
  const original = required(tensors, `${entry.name}/original`);
  const picture = { ...original, data: original.data.map((value) => (value + 1) / 2) };
  const clip = configSchema.parse(entry.config);
  const context = {
    model,
    condition: unused,
    denoiser: unused,
    energy: unused,
    asset: async (ref: string) => (ref === MASK ? mask : picture),
    view: () => {
      throw new Error('no view is needed');
    },
  };
  const inpaint = await guidance('inpaint').create(
    parseOptions(guidance('inpaint').options, { image: IMAGE, mask: MASK }, 'inpaint'),
    context,
  );
  const clipped = await guidance('clip').create(
    parseOptions(guidance('clip').options, { range: clip.clip_sample_range }, 'clip'),
    context,
  );
  const plain = modelDenoiser(model);
  const denoiser = clip.clip_sample ? clipped.denoise!(plain) : plain;
  const ddim = registry.samplers.get('ddim');
  const { num_inference_steps: steps } = z.looseObject({ num_inference_steps: z.int() }).parse(entry.set_timesteps);
  const stride = Math.floor(schedule.trainedSteps! / steps);

  let x: Tensor = states![0]!;
  let at = levels[0]!; // what x really is a mixture of
  for (const [k, op] of ops.entries()) {
    const drawn = noises!.filter((_, i) => entry.noise_at_step[i] === k);
    if (op === 'step') {
      const from = schedule.level(entry.timesteps[k]!);
      const to = levels[levels.findIndex(({ time }) => time === from.time) + 1]!;
      const source = only(drawn[0]!);
      const point: StepPoint = { from, to, index: k, total: ops.length, progress: k / ops.length };
      const result = await ddim.step(x, from, to, null, {
        options: { eta: walk.eta },
        schedule,
        variance: 'none',
        moves: [],
        index: k,
        noise: source,
        denoise: async (state, level) => {
          const conditions = new Array<object>(state.shape[0]!).fill({}) as Record<string, never>[];
          const [answer] = await denoiser([{ x: state, level, conditions }], point);
          return answer!;
        },
      });
      x = await inpaint.constrain!(result.x, point, source);
      at = to;
    } else {
      const { to, noise } = wayUp(schedule, at, entry.timesteps[k - 1]!, stride, drawn);
      x = renoise(x, at, to, noise);
      at = to;
    }
    const expected = states![k + 1]!.data;
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    yield compareArrays(`${name} ${op} ${k + 1}`, x.data, expected, { absolute: entry.tolerance.f32_rel * largest });
  }
}

/** The library's way up over the trained times from `time` on, x ← √(1 − β)·x + √β·noise for each, as one step. */
function wayUp(schedule: Schedule, from: NoiseLevel, time: number, stride: number, drawn: readonly Tensor[]) {
  let kept = 1;
  const sum = new Float64Array(drawn[0]!.data.length);
  for (let i = 0; i < stride; i++) {
    const root = schedule.level(time + i).alpha / (time + i > 0 ? schedule.level(time + i - 1).alpha : 1); // √(1 − β)
    const fresh = Math.sqrt(1 - root ** 2);
    for (let j = 0; j < sum.length; j++) sum[j] = root * sum[j]! + fresh * drawn[i]!.data[j]!;
    kept *= root;
  }
  const alpha = kept * from.alpha;
  const to: NoiseLevel = { time: time + stride, alpha, sigma: Math.sqrt(1 - alpha ** 2) };
  const noise = { data: Float32Array.from(sum, (value) => value / Math.sqrt(1 - kept ** 2)), shape: drawn[0]!.shape };
  return { to, noise };
}

const [IMAGE, MASK] = ['0'.repeat(64), '1'.repeat(64)];

const unused = async (): Promise<never> => Promise.reject(new Error('nothing of this is needed'));

/** A source that gives the same noise whoever asks: the library uses one for the step and for what is known. */
const only = (noise: Tensor): NoiseSource => ({
  normal: () => noise,
  save: () => null,
  restore: () => undefined,
});
