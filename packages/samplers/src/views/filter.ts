import { subtract, UngrainError, type Shape, type Tensor, type View, type ViewTransform } from '@ungrain/core';

/**
 * A filter as a view: the model sees the image as it is, and a part of its estimate is kept. The parts of a decomposition
 * add up to the whole, so that each can have a condition of its own.
 * Geng et al. 2024, "Factorized Diffusion: Perceptual Illusions by Noise Decomposition", section 3.
 */
export const filterTransform = (keep: (estimate: Tensor) => Tensor): ViewTransform => ({
  forward: (x) => x,
  inverse: keep,
  inverseVariance: (x) => x,
});

/** What a filter leaves. */
export const restTransform = (take: (estimate: Tensor) => Tensor): ViewTransform =>
  filterTransform((x) => subtract(x, take(x)));

export type FilterView<O> = Omit<View<O>, 'create'> & {
  /** The part that is kept. @param scale see `stageScale` */
  keep(estimate: Tensor, options: O, scale: number): Tensor;
};

/** A pair of views: a filter, and what it leaves. */
export function filterPair<O>(
  filter: FilterView<O>,
  rest: Pick<View<O>, 'name' | 'summary'>,
): readonly [kept: View<O>, left: View<O>] {
  const { keep, ...entry } = filter;
  const keepAt = (options: O, shape: Shape) => (estimate: Tensor) => keep(estimate, options, stageScale(shape));
  return [
    { ...entry, create: (options, shape) => filterTransform(keepAt(options, shape)) },
    { ...entry, ...rest, create: (options, shape) => restTransform(keepAt(options, shape)) },
  ];
}

/**
 * Widths are in pixels of images of up to 127; of larger ones they grow, so that both stages of a model, 64 × 64 and
 * 256 × 256, see the same.
 */
export const stageScale = ([, height = 1]: Shape): number => Math.max(1, Math.floor(height / 64));

/** An odd width at a scale: 33 pixels at 64 × 64 are 133 at 256 × 256. */
export const scaledWidth = (width: number, scale: number): number => width * scale + ((scale + 1) % 2);

/** @throws UngrainError `view-shape` */
export function requireColour([channels]: Shape, view: string): void {
  if (channels === 3) return;
  throw new UngrainError('view-shape', `View '${view}' needs colour images, of 3 channels, not of ${channels}.`);
}
