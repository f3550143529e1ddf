import { straightPath, type Conditioning, type Model, type Tensor } from '@ungrain/core';
import type { Engine } from '@ungrain/graph';
import { z } from 'zod';
import { mnistImages } from './mnist-images.js';
import { createUnetInference } from './unet-inference.js';
import { CLASSES, type FlowKind } from './unet.js';

/** What a sample of the digits model shows: a digit, or whatever comes where none is given. */
export const digitSchema = z
  .int()
  .min(0)
  .max(CLASSES - 1)
  .optional()
  .describe('The digit to draw, 0 to 9.');

export interface DigitsOptions {
  readonly engine: Engine;
  /** The weights of a UNet of this kind, by their PyTorch names. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** `class` draws the digit that it is asked for, `time` whatever comes. */
  readonly kind?: FlowKind;
  readonly name?: string;
}

/**
 * A flow-matching UNet on MNIST as a model: samples are [1, 28, 28] in [0, 1], times run from 0 (noise) to 1 (data), and
 * the network predicts the velocity data − noise. 'No class' is a row of zeros.
 *
 * @throws UngrainError `weights-mismatch` if the weights are not those of such a network
 */
export async function createDigits({ kind = 'class', name = 'digits', ...options }: DigitsOptions): Promise<Model> {
  const network = await createUnetInference(kind, options);
  const { condition, guidance, encode, feed } = CONDITIONS[kind];
  return {
    ...mnistImages,
    name,
    schedule: straightPath,
    prediction: 'flow',
    condition,
    defaults: { sampler: { name: 'euler' }, spacing: { name: 'uniform' }, steps: 50, guidance },
    encode: async (raw) => raw.map((one) => encode(one)),
    unconditional: () => encode(undefined),
    async predict({ x, levels, conditions }, signal) {
      const t = { data: Float32Array.from(levels, ({ time }) => time), shape: [levels.length, 1] };
      const outputs = await network.run({ x, t, ...feed(conditions) }, signal);
      return outputs.velocity!;
    },
    dispose: () => network.dispose(),
  };
}

/** What a kind is told of a sample besides the time, and how it is sampled where nobody says how. */
interface Conditions {
  readonly condition: Model['condition'];
  readonly guidance: NonNullable<Model['defaults']['guidance']>;
  encode(raw: unknown): Conditioning;
  /** The network's further inputs for these rows. */
  feed(conditions: readonly Conditioning[]): Readonly<Record<string, Tensor>>;
}

const CONDITIONS: Readonly<Record<FlowKind, Conditions>> = {
  class: {
    condition: digitSchema,
    guidance: [{ name: 'cfg', options: { scale: 5 } }],
    encode: (digit) => oneHot(digit as number | undefined),
    feed: (conditions) => ({ c: stack(conditions) }),
  },
  time: { condition: z.undefined(), guidance: [], encode: () => ({}), feed: () => ({}) },
};

function oneHot(digit: number | undefined): Conditioning {
  const data = new Float32Array(CLASSES);
  if (digit !== undefined) data[digit] = 1;
  return { c: { data, shape: [CLASSES] } };
}

function stack(conditions: readonly Conditioning[]): Tensor {
  const data = new Float32Array(conditions.length * CLASSES);
  conditions.forEach(({ c }, row) => data.set(c!.data, row * CLASSES));
  return { data, shape: [conditions.length, CLASSES] };
}
