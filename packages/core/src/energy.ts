import type { Schema } from './schema.js';
import type { Shape, Tensor } from './tensor.js';

/** What an energy says of a batch of images. */
export interface EnergyReading {
  /** One for each image. */
  readonly energies: readonly number[];
  /** Of each image's energy by its pixels, in the shape of the images. */
  readonly gradient: Tensor;
}

/**
 * A number for an image, low where the image is as wanted, and the direction in which it grows: −log p(class | image) of
 * a classifier, say. Guidance goes the other way.
 */
export interface Energy {
  /** The values of black and white in the images that it reads. */
  readonly range: readonly [number, number];
  /** Can it read images of this [channels, height, width]? */
  accepts(shape: Shape): boolean;
  /** @param images [N, channels, height, width] in `range`, or slightly beyond it */
  read(images: Tensor): Promise<EnergyReading>;
  /** Frees what it holds outside JavaScript's heap. It must not be used afterwards. */
  dispose(): Promise<void>;
}

/** An energy as a plugin lists it. Creating it may read files and start an engine, so it is done only when asked. */
export interface EnergyEntry<O = unknown> {
  readonly name: string;
  /** One sentence for lists and help. */
  readonly summary: string;
  readonly options: Schema<O>;
  create(options: O): Promise<Energy>;
}
