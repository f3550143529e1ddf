import type { NoiseLevel } from '../noise-level.js';
import { straightPath } from '../flow.js';
import { torchNoise } from '../random/torch-noise.js';
import { sample } from '../run.js';
import type { Sampler } from '../sampler.js';
import type { Schedule } from '../schedule.js';
import { parseOptions } from '../schema.js';
import { full } from '../tensor.js';
import { law, leavingAlone, mustBeNear, optionLaws, type ContractTest } from './contract.js';
import { gaussianModel } from './gaussian-model.js';
import { contractRun, runLaws } from './run-laws.js';

export interface SamplerContractOptions {
  /** As a user writes them; the defaults if left out. */
  readonly options?: unknown;
  readonly schedule?: Schedule;
  /** Adaptive samplers choose their steps by all samples of a batch: false for them. */
  readonly batchFree?: boolean;
  /** One step of a deterministic sampler that asks once, for one value in double precision. */
  reference?(at: {
    readonly x: number;
    readonly data: number;
    readonly noise: number;
    readonly from: NoiseLevel;
    readonly to: NoiseLevel;
  }): number;
}

/** How far a step in float32 may be from the same in double precision: a few roundings. */
const ROUNDING = 1e-6;

/** What every sampler keeps to. */
export function samplerContract(
  sampler: Sampler,
  { options, schedule = straightPath, batchFree = true, reference }: SamplerContractOptions = {},
): readonly ContractTest[] {
  const samplerOptions = parseOptions(sampler.options, options ?? {}, `sampler '${sampler.name}'`);
  const part = { sampler, samplerOptions, schedule };
  return [
    ...optionLaws(sampler.options),
    ...runLaws(part, batchFree),
    law('finds data that is a single point', async () => {
      const model = gaussianModel({ schedule, prediction: 'flow', deviation: 0, mean: 0.3 });
      const found = await sample(contractRun(part, { model, conditions: [undefined, undefined, undefined] }));
      mustBeNear('The point was missed', found, full(found.shape, 0.3).data, 1e-5);
    }),
    law('leaves its inputs as they are', async () => {
      await step(part);
    }),
    ...(reference
      ? [
          law('is near a step in double precision', async () => {
            const { x, data, noise, from, to, result } = await step(part);
            const exact = Array.from(x.data, (value, i) =>
              reference({ x: value, data: data.data[i]!, noise: noise.data[i]!, from, to }),
            );
            mustBeNear('A step is off', result.x, exact, ROUNDING);
          }),
        ]
      : []),
  ];
}

/** One step with noise for a state, data and noise. */
async function step({ sampler, samplerOptions, schedule }: Parameters<typeof contractRun>[0] & { schedule: Schedule }) {
  const { levels, model } = contractRun({ sampler, samplerOptions, schedule });
  const [from, to] = [levels[2]!, levels[3]!];
  const draw = (slot: string) => torchNoise(5).normal({ slot, step: 0, draw: 0 }, [2, ...model.sampleShape]);
  const data = draw('data');
  const noise = torchNoise(6).normal({ slot: 'noise', step: 0, draw: 0 }, data.shape);
  // x is made of the two, as guidance that makes them disagree has its own rules.
  const x = { shape: data.shape, data: data.data.map((value, i) => from.alpha * value + from.sigma * noise.data[i]!) };
  const context = {
    options: samplerOptions,
    schedule,
    variance: model.variance,
    moves: levels.slice(1).map((level) => ({ do: 'solve' as const, to: level })),
    index: 2,
    noise: torchNoise(7),
    denoise: async () => ({ data, noise }),
  };
  const result = await leavingAlone('A sampler', [x, data, noise], () => sampler.step(x, from, to, null, context));
  return { x, data, noise, from, to, result };
}
