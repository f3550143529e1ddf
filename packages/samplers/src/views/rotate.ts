import type { Tensor, View } from '@ungrain/core';
import { z } from 'zod';
import { mapPlanes } from '../filters/planes.js';

const degrees = z.number().min(-360).max(360).describe('Counterclockwise.');
const interpolation = z
  .enum(['bilinear', 'nearest'])
  .default('bilinear')
  .describe('bilinear: the mean of four pixels; nearest: one, so that some are seen twice and some not at all.');

const wholeOptions = z.strictObject({ degrees: degrees.default(45), interpolation });
const innerOptions = z.strictObject({
  degrees: degrees.default(135),
  radius: z.number().positive().max(0.5).default(0.375).describe("Of the circle, as a share of the image's side."),
  interpolation,
});

/**
 * The image turned by any angle, and an example of what cannot work: between the pixels' places there are only means of
 * pixels, whose noise is weaker, and beyond the corners there is nothing (Geng et al. 2024, section 4.4).
 */
export const rotateView: View<z.output<typeof wholeOptions>> = {
  name: 'rotate',
  summary: 'Turned by any angle; fails unless it is a multiple of 90°.',
  options: wholeOptions,
  create: ({ degrees, interpolation }) => rotation(degrees, interpolation === 'nearest', () => true),
};

/** A circle in the middle turned by any angle. By quarters 'inner-circle' turns it exactly, and works. */
export const innerRotateView: View<z.output<typeof innerOptions>> = {
  name: 'inner-rotate',
  summary: 'A circle in the middle turned by any angle; fails, as pixels are averaged.',
  options: innerOptions,
  create: ({ degrees, radius, interpolation }, [, height = 1, width = 1]) =>
    // The circle is about size/2, half a pixel off the middle, as in visual_anagrams' example of a failure.
    rotation(
      degrees,
      interpolation === 'nearest',
      (y, x) => (y - height / 2) ** 2 + (x - width / 2) ** 2 < (radius * Math.min(height, width)) ** 2,
    ),
};

type Region = (y: number, x: number) => boolean;

function rotation(degrees: number, nearest: boolean, inside: Region) {
  const back = (x: Tensor) => turned(x, -degrees, nearest, inside);
  return { forward: (x: Tensor) => turned(x, degrees, nearest, inside), inverse: back, inverseVariance: back };
}

/** Each pixel of a region from where it was before the turn about the middle; 0 if that is outside of the image. */
function turned(x: Tensor, degrees: number, nearest: boolean, inside: Region): Tensor {
  const [cos, sin] = exactTurn(degrees);
  return mapPlanes(x, (plane, result, { height, width }) => {
    const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
    const at = (row: number, column: number): number =>
      row >= 0 && row < height && column >= 0 && column < width ? plane[row * width + column]! : 0;
    const between = (y: number, x: number): number => {
      const [top, left] = [Math.floor(y), Math.floor(x)];
      const [down, right] = [y - top, x - left];
      return (
        (1 - down) * ((1 - right) * at(top, left) + right * at(top, left + 1)) +
        down * ((1 - right) * at(top + 1, left) + right * at(top + 1, left + 1))
      );
    };
    for (let i = 0; i < result.length; i++) {
      const [row, column] = [Math.floor(i / width), i % width];
      const [down, right] = [row - middleY, column - middleX];
      const fromX = cos * right - sin * down + middleX;
      const fromY = sin * right + cos * down + middleY;
      if (!inside(row, column)) result[i] = plane[i]!;
      else result[i] = nearest ? at(Math.round(fromY), Math.round(fromX)) : between(fromY, fromX);
    }
  });
}

/** Cosine and sine, without rounding at multiples of 90°, where every pixel has exactly one to come from. */
function exactTurn(degrees: number): readonly [cos: number, sin: number] {
  const quarters = degrees / 90;
  if (!Number.isInteger(quarters)) return [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return [
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
  ][((quarters % 4) + 4) % 4] as [number, number];
}
