import { z } from 'zod';
import type { Guidance } from '../guidance.js';
import type { Denoiser } from '../denoiser.js';
import { run } from '../run.js';
import type { Sampler } from '../sampler.js';
import { parseOptions } from '../schema.js';
import { linear } from '../tensor.js';
import { law, leavingAlone, must, mustHaveShape, optionLaws, type ContractTest } from './contract.js';
import { contractRun, runLaws } from './run-laws.js';

export interface GuidanceContractOptions {
  /** As a user writes them; the defaults if left out. */
  readonly options?: unknown;
}

/** Holds the estimate and moves on: the simplest sampler there is. */
const hold: Sampler = {
  name: 'hold',
  summary: '',
  options: z.strictObject({}),
  uses: 'both',
  async step(x, from, to, _state, { denoise }) {
    const { data, noise } = await denoise(x, from);
    return { x: linear([to.alpha, data], [to.sigma, noise]), data, state: null };
  },
};

/** What every guidance keeps to. Those that need images, views or other models have tests of their own. */
export function guidanceContract(
  guidance: Guidance,
  { options }: GuidanceContractOptions = {},
): readonly ContractTest[] {
  const checked = parseOptions(guidance.options, options ?? {}, `guidance '${guidance.name}'`);
  const guidances = [{ guidance, options: checked }];
  const part = { sampler: hold, samplerOptions: {}, guidances };
  return [
    ...optionLaws(guidance.options),
    ...runLaws(part),
    law('answers each question, in its shape, and leaves it as it was', async () => {
      const listening: Guidance = {
        ...guidance,
        create: async (given, context) => listen(await guidance.create(given, context)),
      };
      for await (const step of run(contractRun({ ...part, guidances: [{ guidance: listening, options: checked }] })))
        if (step.index > 1) break;
    }),
  ];
}

function listen(made: Awaited<ReturnType<Guidance['create']>>): typeof made {
  if (!made.denoise) return made;
  return {
    ...made,
    denoise(inner) {
      const guided: Denoiser = made.denoise!(inner);
      return async (queries, at) => {
        const xs = queries.map(({ x }) => x);
        const answers = await leavingAlone('A guidance', xs, () => guided(queries, at));
        must(answers.length === queries.length, `${queries.length} questions got ${answers.length} answers.`);
        answers.forEach(({ data, noise }, i) => {
          mustHaveShape('An estimate of the data', data, xs[i]!);
          mustHaveShape('An estimate of the noise', noise, xs[i]!);
        });
        return answers;
      };
    },
  };
}
