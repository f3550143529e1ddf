import type { NoiseLevel } from './noise-level.js';
import type { Prediction } from './prediction.js';
import type { NoiseSource } from './random/noise-source.js';
import type { RunSpecInput } from './run-spec.js';
import type { Schedule } from './schedule.js';
import type { Schema } from './schema.js';
import type { Shape, Tensor } from './tensor.js';

/**
 * What a model is told about one sample besides x and its level: a class, the embedding of a prompt. Tensors by name,
 * without a batch dimension; what they mean is between the model's `encode` and its `predict`.
 */
export type Conditioning = Readonly<Record<string, Tensor>>;

/**
 * Does the output say how much noise a step should add? If so it has twice the channels of x, the second half being
 * - `learned`: that variance itself
 * - `learned-range`: v ∈ [−1, 1], a place between the two bounds of the log-variance
 *   (Nichol & Dhariwal 2021, "Improved Denoising Diffusion Probabilistic Models", eq. 15)
 */
export type Variance = 'none' | 'learned' | 'learned-range';

/** One call of a model. Every row has a level of its own, so that runs at different steps can share a call. */
export interface ModelBatch {
  /** [rows, channels, height, width] */
  readonly x: Tensor;
  /** One for each row, like `conditions` and `variants`. */
  readonly levels: readonly NoiseLevel[];
  readonly conditions: readonly Conditioning[];
  /** For models with `align`: the image that goes with each row, [rows, …]. */
  readonly aligned?: Tensor;
  /** How guidances ask for another version of the network (a skipped layer, say), by row. */
  readonly variants?: readonly (string | undefined)[];
}

/**
 * A diffusion or flow model: for noisy rows it predicts something from which {data, noise} follow (see `Prediction`).
 * It knows nothing of samplers or guidance. x stays in the model's own coordinates, where data lies in `range`.
 */
export interface Model {
  readonly name: string;
  /** The noise levels it was trained on. */
  readonly schedule: Schedule;
  readonly prediction: Prediction;
  readonly variance: Variance;
  /** [channels, height, width] of one sample. */
  readonly sampleShape: Shape;
  /** Can it work on samples of another [channels, height, width]? */
  accepts(shape: Shape): boolean;
  /** The values of black and white: [−1, 1] for DeepFloyd IF, [0, 1] for MNIST in the course. */
  readonly range: readonly [number, number];
  /** What most of its images are around what they show, if it is always that: a picture of the other kind may be inverted. */
  readonly background?: 'black' | 'white';
  /** The most rows that one `predict` may have. */
  readonly maxRows: number;
  /** The versions of its network that `ModelBatch.variants` may name; none if left out. */
  readonly variants?: readonly string[];
  /** What a condition may be before it is encoded; `undefined` stands for none given. */
  readonly condition: Schema<unknown>;
  /** The settings to sample it with where a run names none. */
  readonly defaults: Partial<RunSpecInput>;
  /** Conditions, already checked against `condition`, to what `predict` takes. Called once a run: T5 runs, then is freed. */
  encode(raw: readonly unknown[]): Promise<readonly Conditioning[]>;
  /** The same sample without its condition. Keeps what classifier-free guidance must not drop (stage II's noise level). */
  unconditional(condition: Conditioning): Conditioning;
  /**
   * Makes an image fit to be seen beside x (stage II's low-resolution input, upscaled and noised). Its noise is drawn
   * right after that of x.
   * @param shape of x, rows included
   */
  align?(image: Tensor, shape: Shape, noise: NoiseSource): Promise<Tensor>;
  /** [rows, channels, …] in float32, twice the channels where the variance is learned. */
  predict(batch: ModelBatch, signal?: AbortSignal): Promise<Tensor>;
  /** Frees what the model holds outside JavaScript's heap. It must not be used afterwards. */
  dispose(): Promise<void>;
}

/** A model as a plugin lists it. Creating it may read files and start an engine, so it is done only when asked. */
export interface ModelEntry {
  readonly name: string;
  /** One sentence for lists and help. */
  readonly summary: string;
  /** @param weights those of another training of the same network, as the front end names them; its own if left out */
  create(weights?: string): Promise<Model>;
}
