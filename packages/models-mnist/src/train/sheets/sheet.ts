import type { Model, RunSpecInput, Tensor } from '@ungrain/core';
import type { Engine } from '@ungrain/graph';
import type { LabelledImages } from '../images.js';

/** Images in labelled rows, as a figure shows them. */
export interface Sheet {
  /** The figure's file, without extension. */
  readonly name: string;
  readonly title: string;
  /** What was done, in a sentence or two. */
  readonly caption: string;
  /** What stands over each column. */
  readonly columns?: readonly string[];
  readonly rows: readonly SheetRow[];
  /** What was measured, by name. */
  readonly measures?: Readonly<Record<string, number>>;
}

export interface SheetRow {
  readonly label: string;
  /** [N, 1, 28, 28] in [0, 1] */
  readonly images: Tensor;
  /** What is to be said of the row, at its end. */
  readonly note?: string;
}

/** When in a training a network is shown. */
export interface Moment {
  /** Of file names: `epoch-5`. */
  readonly slug: string;
  /** `after epoch 5 of 10` */
  readonly text: string;
  /** The end of the training. */
  readonly last: boolean;
}

/** What sheets are drawn from. */
export interface SheetSource {
  readonly engine: Engine;
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly moment: Moment;
  readonly train: LabelledImages;
  /** The images that were not trained on; null if there are none. */
  readonly test: LabelledImages | null;
  /** Runs a spec on a model. Samplers live elsewhere, and are handed in. */
  sample(model: Model, spec: RunSpecInput): Promise<Tensor>;
}

/** The images that a network is tried on, and what to call them. */
export const heldOut = ({ test, train }: SheetSource) =>
  test ? { images: test, called: 'test images' } : { images: train, called: 'training images' };
