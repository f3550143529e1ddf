import {
  concatRows,
  sliceRows,
  straightPath,
  tensor,
  type Conditioning,
  type Model,
  type Prediction,
  type Tensor,
} from '@ungrain/core';
import { z } from 'zod';
import { PERTURBED } from './diffusers-guiders.js';

/** What a model said at one step, [samples, channels, height, width] each. */
export interface Recorded {
  readonly conditional: Tensor;
  readonly unconditional: Tensor;
  readonly perturbed: Tensor;
}

/** The condition of a sample of a recorded model. */
export const recordedCondition = (sample: number): Conditioning => ({
  sample: tensor([sample], [1]),
  prompt: tensor([1], [1]),
});

/** A model that repeats what `now` has, as if it predicted that; and how often it was asked, and for how many rows. */
export function recordedModel(prediction: Prediction, sampleShape: readonly number[], now: () => Recorded) {
  const asked = { calls: 0, rows: 0 };
  const rowOf = ({ sample, prompt }: Conditioning, variant: string | undefined): Tensor => {
    const { conditional, unconditional, perturbed } = now();
    const branch = variant === PERTURBED ? perturbed : prompt ? conditional : unconditional;
    const row = sample!.data[0]!;
    return sliceRows(branch, row, row + 1);
  };
  const model: Model = {
    name: 'recorded',
    schedule: straightPath,
    prediction,
    variance: 'none',
    sampleShape,
    accepts: () => true,
    range: [-1, 1],
    maxRows: Infinity,
    variants: [PERTURBED],
    condition: z.unknown(),
    defaults: {},
    encode: async (raw) => raw.map((_, sample) => recordedCondition(sample)),
    unconditional: ({ sample }) => ({ sample: sample! }),
    async predict({ conditions, variants }) {
      asked.calls++;
      asked.rows += conditions.length;
      return concatRows(conditions.map((condition, row) => rowOf(condition, variants?.[row])));
    },
    dispose: async () => undefined,
  };
  return { model, asked };
}
