/** An image of any number of planes, the last two dimensions being height and width. */
export interface Planes {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

export interface SsimOptions {
  /** The distance from black to white: 1, 2, 255. */
  readonly range: number;
  /** `valid`: the windows that lie inside the image; `reflect`: one at each pixel, the image mirrored beyond its edge. */
  readonly edges?: 'valid' | 'reflect';
}

/** A Gaussian window of deviation 1.5, cut at 11 × 11. */
const RADIUS = 5;
/** The least height and width of images that `ssim` compares. */
export const SSIM_WINDOW = 2 * RADIUS + 1;
const DEVIATION = 1.5;
const K1 = 0.01;
const K2 = 0.03;

/**
 * The structural similarity of two images, from −1 to 1 for equal ones, averaged over windows and planes: Wang et al.
 * 2004, "Image Quality Assessment: From Error Visibility to Structural Similarity", eq. 13, with its constants. Windows
 * weigh their pixels to a sum of 1, so variances are those of a population.
 *
 * @throws RangeError for different shapes, or images smaller than a window
 */
export function ssim(a: Planes, b: Planes, { range, edges = 'valid' }: SsimOptions): number {
  const [height = 0, width = 0] = a.shape.slice(-2);
  if (a.shape.join() !== b.shape.join() || Math.min(height, width) < SSIM_WINDOW)
    throw new RangeError(`Images of shapes [${a.shape.join(', ')}] and [${b.shape.join(', ')}] cannot be compared.`);
  const plane = height * width;
  const planes = a.data.length / plane;
  const [c1, c2] = [(K1 * range) ** 2, (K2 * range) ** 2];
  let total = 0;
  for (let p = 0; p < planes; p++) {
    const x = Float64Array.from({ length: plane }, (_, i) => a.data[p * plane + i]!);
    const y = Float64Array.from({ length: plane }, (_, i) => b.data[p * plane + i]!);
    const local = (value: (i: number) => number): Float64Array =>
      windowMeans(
        x.map((_, i) => value(i)),
        width,
        edges,
      );
    const [mx, my] = [local((i) => x[i]!), local((i) => y[i]!)];
    const [xx, yy, xy] = [local((i) => x[i]! ** 2), local((i) => y[i]! ** 2), local((i) => x[i]! * y[i]!)];
    const map = mx.map((m, i) => {
      const [product, squares] = [m * my[i]!, m ** 2 + my[i]! ** 2];
      const variances = xx[i]! + yy[i]! - squares;
      const covariance = xy[i]! - product;
      return ((2 * product + c1) * (2 * covariance + c2)) / ((squares + c1) * (variances + c2));
    });
    total += map.reduce((sum, value) => sum + value, 0) / map.length;
  }
  return total / planes;
}

const WEIGHTS = (() => {
  const raw = Array.from({ length: 2 * RADIUS + 1 }, (_, i) => Math.exp(-((i - RADIUS) ** 2) / (2 * DEVIATION ** 2)));
  const sum = raw.reduce((a, b) => a + b);
  return raw.map((value) => value / sum);
})();

/** The weighted mean of each window: along the rows, then along the columns. */
function windowMeans(image: Float64Array, width: number, edges: 'valid' | 'reflect'): Float64Array {
  const along = (x: Float64Array, length: number): { means: Float64Array; length: number } => {
    const margin = edges === 'valid' ? RADIUS : 0;
    const lines = x.length / length;
    const result = length - 2 * margin;
    const means = new Float64Array(lines * result);
    // Written transposed, so that the next pass goes along the other side.
    for (let line = 0; line < lines; line++)
      for (let at = 0; at < result; at++)
        means[at * lines + line] = WEIGHTS.reduce(
          (sum, weight, i) => sum + weight * x[line * length + mirrored(at + margin + i - RADIUS, length)]!,
          0,
        );
    return { means, length: lines };
  };
  const rows = along(image, width);
  return along(rows.means, rows.length).means;
}

/** An index beyond the edge, mirrored with the edge's pixel repeated: … 1 0 | 0 1 2 … */
function mirrored(at: number, length: number): number {
  if (at < 0) return -1 - at;
  return at < length ? at : 2 * length - 1 - at;
}
