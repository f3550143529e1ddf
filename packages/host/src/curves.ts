import { readFile, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { UngrainError } from '@ungrain/core';
import { writeFileAtomic } from '@ungrain/formats/files';
import type { LossCurve, LossFigureOptions, LossPoint } from '@ungrain/media/figures';
import { recipes, trainingText } from '@ungrain/models-mnist/train';
import { parseJson, RunFolder } from '@ungrain/training';
import { z } from 'zod';
import { withFile } from './file-errors.js';
import { resolveRecipe } from './recipe-options.js';

/** @throws UngrainError `file-not-read` if there is nothing */
export const isFolder = async (path: string): Promise<boolean> =>
  (await withFile(path, 'read', () => stat(path))).isDirectory();

/** A line of a run's metrics, or of a PyTorch program that names the same things its own way. */
const pointSchema = z.union([
  z.object({ step: z.int().min(1), loss: z.number(), meanLoss: z.number() }),
  z
    .object({ step: z.int().min(1), loss: z.number(), loss_mean_50: z.number() })
    .transform(({ step, loss, loss_mean_50: meanLoss }) => ({ step, loss, meanLoss })),
]);

/**
 * The learning curve of a run's folder, or of a file of JSON lines with `step`, `loss` and `loss_mean_50` (other lines are
 * passed over).
 * @throws UngrainError `file-not-read`, `bad-curve` if there is no step in it
 */
export async function readCurve(path: string): Promise<LossCurve> {
  const file = (await isFolder(path)) ? new RunFolder(path).metrics.path : path;
  const text = await withFile(file, 'read', () => readFile(file, 'utf8'));
  const points = text.split('\n').flatMap((line) => {
    const point = pointSchema.safeParse(parseJson(line));
    return point.success ? [point.data] : [];
  });
  if (points.length === 0)
    throw new UngrainError(
      'bad-curve',
      `${file} holds no learning curve: it has no JSON line with step, loss and the mean of 50.`,
      'failure',
    );
  return { name: basename(resolve(path), extname(path)), points };
}

/** How far two curves lie apart at the steps that both have. */
export interface CurveComparison {
  readonly from: number;
  readonly to: number;
  readonly steps: number;
  /** Where |a / b − 1| of the means of 50 is largest, and how large. */
  readonly worstStep: number;
  readonly deviation: number;
}

/** Compares the means of the last 50 losses at common steps beyond `after`; null if there are none. */
export function compareCurves(a: LossCurve, b: LossCurve, after = 0): CurveComparison | null {
  const others = new Map(b.points.map(({ step, meanLoss }) => [step, meanLoss]));
  const common = a.points.flatMap(({ step, meanLoss }) => {
    const other = others.get(step);
    return step > after && other !== undefined ? [{ step, deviation: Math.abs(meanLoss / other - 1) }] : [];
  });
  if (common.length === 0) return null;
  const worst = common.reduce((x, y) => (y.deviation > x.deviation ? y : x));
  const [from, to] = [common[0]!.step, common.at(-1)!.step];
  return { from, to, steps: common.length, worstStep: worst.step, deviation: worst.deviation };
}

/**
 * Draws learning curves as `STEM.svg`, `STEM.png` and, with a logarithmic axis, `STEM-log.svg` and `STEM-log.png`.
 * @returns the files
 */
export async function drawCurves(
  curves: readonly LossCurve[],
  stem: string,
  labels: Pick<LossFigureOptions, 'title' | 'caption'>,
): Promise<readonly string[]> {
  const { lossFigure, rasterize } = await import('@ungrain/media/figures');
  const files: string[] = [];
  for (const [suffix, scale] of [
    ['', 'linear'],
    ['-log', 'log'],
  ] as const) {
    const svg = lossFigure(curves, { ...labels, scale });
    for (const [file, content] of [
      [`${stem}${suffix}.svg`, svg],
      [`${stem}${suffix}.png`, rasterize(svg, { zoom: 1.5 })],
    ] as const) {
      await withFile(file, 'written', () => writeFileAtomic(file, content));
      files.push(file);
    }
  }
  return files;
}

/** Draws the learning curve of a run into its folder. @throws UngrainError `no-run`, `bad-curve`; @returns the files */
export async function drawRunCurve(folder: string): Promise<readonly string[]> {
  const { recipe, settings } = await new RunFolder(folder).record();
  const known = recipes.find(({ name }) => name === recipe);
  const how = known ? ` with ${trainingText(resolveRecipe(known, settings).settings)}` : '';
  const curve = await readCurve(folder);
  const last: LossPoint = curve.points.at(-1)!;
  return drawCurves([curve], join(folder, 'loss'), {
    title: `${recipe}: loss`,
    caption: `${last.step} steps${how}. At the end the mean of 50 steps is ${last.meanLoss.toPrecision(4)}.`,
  });
}
