import {
  formatShape,
  linear,
  UngrainError,
  type Conditioning,
  type Model,
  type ModelBatch,
  type Schedule,
  type Shape,
  type Tensor,
} from '@ungrain/core';
import { z } from 'zod';
import type { PromptEncoder } from './prompts/prompt-encoder.js';
import type { LoadedUnet } from './unet/load-unet.js';
import { upscale } from './upscale.js';

export interface StageOptions {
  readonly name: string;
  readonly unet: LoadedUnet;
  readonly prompts: PromptEncoder;
  /** The levels that it was trained on, from the folder's `scheduler`. */
  readonly schedule: Schedule;
  /** Settings to sample it with, likewise. */
  readonly defaults: Model['defaults'];
  /** Stage II, whose UNet also sees a small image: how it is noised, from the folder's `image_noising_scheduler`. */
  readonly lowResolution?: LowResolution | undefined;
  /** Rows of one call: more take more memory. Default 8. */
  readonly maxRows?: number;
}

export interface LowResolution {
  readonly schedule: Schedule;
  /** The time of the noise that is added to the small image, so that the UNet does not trust its flaws; IF's is 250. */
  readonly noiseLevel: number;
}

/** The longest prompt that is looked at; the tokens count, but nothing should have to read a book for them. */
const LONGEST_PROMPT = 10_000;

/**
 * A stage of DeepFloyd IF as a model. Samples are [3, height, width] in [−1, 1]; a condition is a prompt, none is the empty
 * one. The UNet predicts noise and, in as many channels more, the variance; times are 999 … 0.
 *
 * Stage I draws 64 × 64; stage II (`lowResolution`) takes such an image, `run`'s `image`, four times as large.
 */
export function createStage(options: StageOptions): Model {
  const { name, unet, prompts, schedule, defaults, lowResolution, maxRows = 8 } = options;
  const { config, network } = unet;
  const channels = lowResolution ? config.in_channels / 2 : config.in_channels;
  const [height, width] = [config.sample_size ?? 64].flat();
  const multiple = 2 ** (config.block_out_channels.length - 1);
  const empty = emptyPrompt(prompts);

  return {
    name,
    schedule,
    prediction: 'epsilon',
    variance: config.out_channels === 2 * channels ? 'learned-range' : 'none',
    sampleShape: [channels, height!, width ?? height!],
    accepts: ([c, h, w, ...rest]) =>
      c === channels && rest.length === 0 && [h, w].every((size) => size !== undefined && size % multiple === 0),
    range: [-1, 1],
    maxRows,
    condition: z.string().max(LONGEST_PROMPT).optional().describe('What the image shows, in words.'),
    defaults,
    async encode(raw) {
      const states = await empty.with(raw.map((prompt) => (prompt as string | undefined) ?? ''));
      return states.map((text) => ({ text }));
    },
    unconditional: (condition) => ({ ...condition, text: empty.states() }),
    ...(lowResolution && {
      align: async (image, shape, noise) => noised(upscale(image, shape), shape, lowResolution, noise),
    }),
    predict: async (batch, signal) => {
      signal?.throwIfAborted();
      const { output } = await network.run(inputsOf(batch, name, lowResolution));
      return checked(output as Tensor, unet);
    },
    async dispose() {
      await network.dispose();
      await prompts.dispose?.();
    },
  };
}

/** NaN in an output may come from the weights; that is found out only then, since it takes reading all of them. */
async function checked(output: Tensor, unet: LoadedUnet): Promise<Tensor> {
  if (output.data.every(Number.isFinite)) return output;
  const weight = await unet.findNotFinite();
  if (weight === null) return output;
  throw new UngrainError(
    'not-finite',
    `The UNet's weights are damaged: ${weight} is not finite; fetch that file again.`,
    'failure',
  );
}

/** The states of the empty prompt, which guidance needs besides those of any other: encoded along with the first. */
function emptyPrompt(prompts: PromptEncoder) {
  let known: Tensor | null = null;
  let missing = new UngrainError('not-encoded', 'Conditions are encoded before they are taken away.', 'failure');
  return {
    async with(texts: readonly string[]): Promise<readonly Tensor[]> {
      try {
        const [empty, ...states] = await prompts.encode(['', ...texts]);
        known = empty!;
        return states;
      } catch (error) {
        if (!(error instanceof UngrainError && error.code === 'unknown-prompt')) throw error;
        missing = error; // of a pack without it, only who needs it has to hear
        return prompts.encode(texts);
      }
    },
    states(): Tensor {
      if (!known) throw missing;
      return known;
    },
  };
}

function inputsOf({ x, levels, conditions, aligned }: ModelBatch, name: string, low: LowResolution | undefined) {
  const rows = levels.length;
  if (low && !aligned)
    throw new UngrainError('missing-image', `Model '${name}' enlarges an image, and the run was given none.`);
  const all = (value: (row: number) => number) => Float32Array.from({ length: rows }, (_, row) => value(row));
  return {
    x: { dtype: 'float32', ...(low ? sideBySide(x, aligned!) : x) },
    time: { dtype: 'float32', data: all((row) => levels[row]!.time), shape: [rows] },
    text: { dtype: 'float32', ...stacked(conditions) },
    ...(low && { noiseLevel: { dtype: 'float32', data: all(() => low.noiseLevel), shape: [rows] } as const }),
  } as const;
}

/** One row each, [rows, tokens, features]. */
function stacked(conditions: readonly Conditioning[]): Tensor {
  const [first] = conditions;
  const { data, shape } = first!['text']!;
  const joined = new Float32Array(conditions.length * data.length);
  conditions.forEach((condition, row) => joined.set(condition['text']!.data, row * data.length));
  return { data: joined, shape: [conditions.length, ...shape] };
}

/** The channels of both, row by row. */
function sideBySide(a: Tensor, b: Tensor): Tensor {
  const [rows = 0, channels = 0, ...rest] = a.shape;
  const size = a.data.length / rows;
  const data = new Float32Array(2 * a.data.length);
  for (let row = 0; row < rows; row++) {
    data.set(a.data.subarray(row * size, (row + 1) * size), 2 * row * size);
    data.set(b.data.subarray(row * size, (row + 1) * size), (2 * row + 1) * size);
  }
  return { data, shape: [rows, 2 * channels, ...rest] };
}

function noised(
  image: Tensor,
  shape: Shape,
  { schedule, noiseLevel }: LowResolution,
  noise: Parameters<NonNullable<Model['align']>>[2],
): Tensor {
  if (image.data.length !== shape.reduce((product, size) => product * size, 1))
    throw new UngrainError(
      'bad-image',
      `The run draws ${formatShape(shape)} and was given images of ${formatShape(image.shape)}: one for each sample.`,
    );
  const { alpha, sigma } = schedule.level(noiseLevel);
  return linear([alpha, image], [sigma, noise.normal({ slot: 'low-resolution', step: 0, draw: 0 }, shape)]);
}
