import type { Tensor } from '@ungrain/core';
import {
  errorOverHalves,
  frechetDistanceTo,
  gatherRows,
  kernelDistance,
  momentsOf,
  precisionRecall,
  randomHalves,
  Z95,
} from '@ungrain/models-mnist/scores';
import type { RealImages, RealSplit } from './real-images.js';
import { breathe, type Attended } from './progress.js';

/** A score with the range in which 95 of 100 repetitions with other samples would lie. */
export interface Score {
  readonly value: number;
  readonly interval: readonly [low: number, high: number];
}

/** What is known of each score: its name to people, the best direction, and what it cannot go beyond. */
export const SCORES = {
  frechet: { title: 'Fréchet distance', best: 'low', bounds: [0, Infinity] },
  kernel: { title: 'kernel distance', best: 'low', bounds: [-Infinity, Infinity] },
  precision: { title: 'precision', best: 'high', bounds: [0, 1] },
  recall: { title: 'recall', best: 'high', bounds: [0, 1] },
  density: { title: 'density', best: 'high', bounds: [0, Infinity] },
  coverage: { title: 'coverage', best: 'high', bounds: [0, 1] },
} as const;

export type ScoreName = keyof typeof SCORES;
export type SetScores = Readonly<Record<ScoreName, Score>>;
type Values = Readonly<Record<ScoreName, number>>;

const NAMES = Object.keys(SCORES) as ScoreName[];

/** Kynkäänniemi et al.'s choice of the neighbour that a ball reaches to. */
const NEIGHBOUR = 3;

/** A half has to have more rows than that. */
export const SMALLEST_SET = 2 * (NEIGHBOUR + 1);

/** What sets are compared with. */
export interface Reference {
  /** As many features as the sets have, in the same order of classes: neighbours are counted among equals. */
  readonly alike: Tensor;
  /** The Fréchet distance to the whole reference: means and covariances gain from every image. */
  frechet(features: Tensor): number;
}

export function referenceOf({ features }: RealImages, { reference, floor }: RealSplit): Reference {
  const distanceTo = frechetDistanceTo(momentsOf(gatherRows(features, reference)));
  return {
    alike: gatherRows(features, reference.subarray(0, floor.length)),
    frechet: (set) => distanceTo(momentsOf(set)).distance,
  };
}

/**
 * Compares a set of features with the reference. Intervals are those of random halves of the set, together with the same
 * half of the images alike.
 *
 * @param features [N, width], N as in `reference.alike` and at least `SMALLEST_SET`
 */
export async function scoreSet(
  features: Tensor,
  { alike, frechet }: Reference,
  { signal, onHalf }: Pick<Attended, 'signal'> & { readonly onHalf?: (() => void) | undefined } = {},
): Promise<SetScores> {
  const count = features.shape[0]!;
  const valuesOf = (set: Tensor, real: Tensor): Values => ({
    frechet: frechet(set),
    kernel: kernelDistance(real, set).unbiased,
    ...precisionRecall(real, set, NEIGHBOUR),
  });
  const values = valuesOf(features, alike);
  const halves: Values[] = [];
  for (const items of randomHalves(count)) {
    await breathe(signal);
    halves.push(valuesOf(gatherRows(features, items), gatherRows(alike, items)));
    onHalf?.();
  }
  const scoreOf = (name: ScoreName): Score => {
    const [least, most] = SCORES[name].bounds;
    const spread =
      Z95 *
      errorOverHalves(
        halves.map((half) => half[name]),
        count,
      );
    const value = values[name];
    return { value, interval: [Math.max(least, value - spread), Math.min(most, value + spread)] };
  };
  return Object.fromEntries(NAMES.map((name) => [name, scoreOf(name)])) as unknown as SetScores;
}
