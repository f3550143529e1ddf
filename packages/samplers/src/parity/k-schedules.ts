import { parseOptions, type NoiseLevel, type Schedule } from '@ungrain/core';
import { attempt, failedCheck, type ParityCheck } from '@ungrain/core/parity';
import { z } from 'zod';
import { createSchedule, levelsOf } from '../diffusers/levels.js';
import type { Named } from '../diffusers/sampler-choice.js';
import { ancestralSplit } from '../samplers/ancestral-split.js';
import { levelOfRatio, ratioOf } from '../schedules/level-of-ratio.js';
import { linspaceSpacing } from '../spacings/linspace.js';
import type { FileCheck } from './file-check.js';
import { compareNumbers, number } from './numbers.js';

const numbers = z.array(number);
const nodes = z.object({
  alphas_cumprod: z.string(),
  sigma_min: z.number(),
  sigma_max: z.number(),
  get_sigmas: z.record(z.string(), numbers),
  sigma_to_t: z.object({ sigma: numbers, t: numbers, t_quantized: numbers }),
  t_to_sigma: z.object({ t: numbers, sigma: numbers }),
  get_scalings: z.object({ sigma: numbers, values: z.array(numbers) }),
});

const fileSchema = z.looseObject({
  cases: z.array(z.object({ fn: z.string(), args: z.record(z.string(), z.number()), sigmas: numbers })),
  ancestral_step: z.array(
    z.object({
      sigma_from: z.number(),
      sigma_to: z.number(),
      eta: z.number(),
      sigma_down: z.number(),
      sigma_up: z.number(),
    }),
  ),
  discrete_denoisers: z.record(z.string(), nodes),
});

const TOLERANCE = 1e-9;

/** k-diffusion's lists of σ, and what its wrappers make of a trained schedule. */
export const checkKSchedules: FileCheck = async function* (source, path) {
  const { cases, ancestral_step, discrete_denoisers } = fileSchema.parse(await source.json(path));
  const where = path.replace(/\.json$/, '');
  for (const [i, { fn, args, sigmas }] of cases.entries()) {
    const name = `${where} ${i} ${fn}`;
    yield attempt(name, () => {
      const translate = FUNCTIONS[fn];
      if (!translate) return failedCheck(name, 'no function of this name is known here');
      const { levels } = levelsOf({ ...translate(args), steps: args['n']!, upwards: false });
      return compareNumbers(name, levels.map(ratioOf), sigmas, TOLERANCE);
    });
  }
  for (const [i, { sigma_from, sigma_to, eta, sigma_down, sigma_up }] of ancestral_step.entries()) {
    const [from, to] = [sigma_from, sigma_to].map((sigma) => ({ time: 0, alpha: 1, sigma }));
    const { down, up } = ancestralSplit(from!, to!, eta);
    yield compareNumbers(`${where} ancestral_step ${i}`, [down.sigma, up], [sigma_down, sigma_up], TOLERANCE);
  }
  for (const [name, entry] of Object.entries(discrete_denoisers)) yield* checkDenoiser(`${where} ${name}`, name, entry);
};

type Translate = (args: Readonly<Record<string, number>>) => { schedule: Named; spacing: Named };

/** On EDM's schedule, where σ is σ/α. */
const between =
  (name: string): Translate =>
  ({ sigma_min: sigmaMin, sigma_max: sigmaMax, rho }) => ({
    schedule: { name: 'edm', options: { sigmaMin, sigmaMax } },
    spacing: { name, options: { sigmaMin, sigmaMax, ...(rho !== undefined && { rho }) } },
  });

const FUNCTIONS: Readonly<Record<string, Translate>> = {
  karras: between('karras'),
  exponential: between('exponential'),
  polyexponential: between('polyexponential'),
  vp: ({ beta_d = 19.9, beta_min = 0.1, eps_s = 1e-3 }) => ({
    schedule: { name: 'vp', options: { betaMin: beta_min, betaMax: beta_min + beta_d, cleanest: eps_s } },
    spacing: { name: 'linspace', options: {} },
  }),
};

function* checkDenoiser(name: string, kind: string, entry: z.output<typeof nodes>): Iterable<ParityCheck> {
  const schedule = scheduleOf(entry.alphas_cumprod);
  // k-diffusion has its times in single precision.
  const ratioAt = (time: number): number => ratioOf(schedule.level(Math.fround(time)));
  const ends = [schedule.cleanest, schedule.noisiest].map(ratioAt);
  yield compareNumbers(`${name} ends`, ends, [entry.sigma_min, entry.sigma_max], TOLERANCE);
  for (const [steps, sigmas] of Object.entries(entry.get_sigmas)) {
    const options = parseOptions(linspaceSpacing.options, { rounded: false }, 'linspace');
    const levels = linspaceSpacing.levels(schedule, Number(steps), options);
    const found = levels.map(({ time, sigma }) => (sigma === 0 ? 0 : ratioAt(time)));
    yield compareNumbers(`${name} get_sigmas ${steps}`, found, sigmas, TOLERANCE);
  }
  const logSnrs = entry.sigma_to_t.sigma.map((sigma) => -2 * Math.log(sigma));
  const times = logSnrs.map((logSnr) => schedule.timeAt(logSnr));
  const rounded = logSnrs.map((logSnr) => schedule.timeAt(logSnr, 'nearest'));
  yield compareNumbers(`${name} sigma_to_t`, times, entry.sigma_to_t.t, TOLERANCE);
  yield compareNumbers(`${name} sigma_to_t quantized`, rounded, entry.sigma_to_t.t_quantized, 0);
  yield compareNumbers(`${name} t_to_sigma`, entry.t_to_sigma.t.map(ratioAt), entry.t_to_sigma.sigma, TOLERANCE);
  const levels = entry.get_scalings.sigma.map((sigma) => levelOfRatio(schedule, sigma));
  for (const [i, expected] of entry.get_scalings.values.entries()) {
    const scaling = SCALINGS[kind]?.[i];
    yield scaling
      ? compareNumbers(`${name} get_scalings ${i}`, levels.map(scaling), expected, TOLERANCE)
      : failedCheck(`${name} get_scalings ${i}`, 'no scaling of this name is known here');
  }
}

/**
 * By what the state x/α and the output of the network are multiplied to give the data, and x/α to give the network's
 * input. The data is (x − σ·ε)/α, and α·x − σ·v.
 */
const SCALINGS: Readonly<Record<string, readonly ((level: NoiseLevel) => number)[]>> = {
  DiscreteEpsDDPMDenoiser: [(level) => -ratioOf(level), ({ alpha }) => alpha],
  DiscreteVDDPMDenoiser: [({ alpha }) => alpha ** 2, ({ sigma }) => -sigma, ({ alpha }) => alpha],
};

/** From the words `scaled-linear betas between [0.00085, 0.012]`. */
function scheduleOf(words: string): Schedule {
  const [, name = '', start, end] = /^([\w-]+) betas between \[([\d.e-]+), ([\d.e-]+)\]$/.exec(words) ?? [];
  return createSchedule({ name, options: { start: Number(start), end: Number(end) } });
}
