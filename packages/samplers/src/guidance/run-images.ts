import { formatShape, UngrainError, type Model, type Shape, type StepPoint, type Tensor } from '@ungrain/core';

/**
 * A picture of a run, from 0 to 1, as an image for each of its samples, in the model's range.
 * @param shape of the run's samples, [rows, channels, height, width]
 * @throws UngrainError `image-shape`
 */
export function imageFor(shape: Shape, picture: Tensor, { range: [black, white] }: Pick<Model, 'range'>): Tensor {
  const repeated = repeat(shape, picture, 'image');
  return { data: repeated.data.map((value) => black + (white - black) * value), shape };
}

/** A mask of a run, from 0 to 1, for each of its samples. @throws UngrainError `image-shape` */
export const maskFor = (shape: Shape, picture: Tensor): Tensor => repeat(shape, picture, 'mask');

/** One picture for all rows, or one for each; a grey one for all channels. */
function repeat(shape: Shape, picture: Tensor, what: string): Tensor {
  const [rows = 0, channels = 0, height = 0, width = 0] = shape;
  const [pictures = 0, given = 0, givenHeight, givenWidth] = picture.shape;
  const fits = (count: number, wanted: number) => count === 1 || count === wanted;
  if (givenHeight !== height || givenWidth !== width || !fits(given, channels) || !fits(pictures, rows))
    throw new UngrainError(
      'image-shape',
      `The ${what} has the shape ${formatShape(picture.shape.slice(1))}, and the samples ${formatShape(shape.slice(1))}; ` +
        `fit it to their size first.`,
    );
  const plane = height * width;
  const data = new Float32Array(rows * channels * plane);
  for (let i = 0; i < rows * channels; i++) {
    const [row, channel] = [Math.floor(i / channels) % pictures, (i % channels) % given];
    const from = row * given + channel;
    data.set(picture.data.subarray(from * plane, (from + 1) * plane), i * plane);
  }
  return { data, shape };
}

/** Does a step add noise? Then what was put in its place before goes up with the rest. */
export const goesUp = ({ from, to }: StepPoint): boolean => to.sigma * from.alpha > from.sigma * to.alpha;
