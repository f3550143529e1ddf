import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { frameFigure, FONT, type LegendItem } from './frame.js';

/** The losses of a training, step by step; not every step need be there. */
export interface LossCurve {
  readonly name: string;
  readonly points: readonly LossPoint[];
}

export interface LossPoint {
  readonly step: number;
  readonly loss: number;
  /** The mean of the last 50 steps. */
  readonly meanLoss: number;
}

export interface LossFigureOptions {
  readonly title: string;
  readonly caption: string;
  readonly scale: 'linear' | 'log';
}

const WIDTH = 760;
const HEIGHT = 420;
/** As many places along the x axis are drawn, whatever the number of steps. */
const PLACES = 400;
/** A linear axis ends where this share of the losses lies below. */
const SHOWN = 0.995;
const COLOURS = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#8c564b', '#e377c2', '#17becf'];
const PALE = '#aec7e8';

/**
 * Learning curves as an SVG document: of one training each step's loss and their mean, of several the means over one another.
 */
export function lossFigure(curves: readonly LossCurve[], { title, caption, scale }: LossFigureOptions): string {
  const [only] = curves.length === 1 ? curves : [];
  const top = scale === 'linear' ? topOf(curves) : undefined;
  const highest = Math.max(...curves.flatMap(({ points }) => points.map(({ loss }) => loss)));
  const cut =
    top !== undefined && highest > top ? ` The highest loss, ${highest.toPrecision(3)}, is beyond the axis.` : '';
  const body = draw(scale, top, [
    ...(only
      ? [
          line(
            ranges(only.points).map(({ step, loss }) => ({ step, y: loss })),
            PALE,
            0.8,
          ),
        ]
      : []),
    ...curves.map(({ points }, i) =>
      line(
        thinned(points).map(({ step, meanLoss }) => ({ step, y: meanLoss })),
        colourOf(i),
        1.6,
      ),
    ),
  ]);
  const legend: LegendItem[] = only
    ? [
        { colour: PALE, label: 'loss of each step' },
        { colour: colourOf(0), label: 'mean of the last 50 steps' },
      ]
    : curves.map(({ name }, i) => ({ colour: colourOf(i), label: name }));
  const means = only ? '' : ' Means of the last 50 steps.';
  return frameFigure({ title, caption: `${caption}${means}${cut}`, legend, body, width: WIDTH, height: HEIGHT });
}

const colourOf = (i: number): string => COLOURS[i % COLOURS.length]!;

interface Line {
  readonly points: readonly { readonly step: number; readonly y: number }[];
  readonly stroke: string;
  readonly strokeWidth: number;
}

const line = (points: Line['points'], stroke: string, strokeWidth: number): Line => ({ points, stroke, strokeWidth });

/** What lies beyond the axis is drawn at its end. */
function draw(scale: 'linear' | 'log', top: number | undefined, lines: readonly Line[]): string {
  const plot = Plot.plot({
    document: (parseHTML('<html></html>') as { readonly document: never }).document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 56,
    marginBottom: 40,
    style: { fontFamily: `${FONT}, Verdana, sans-serif`, fontSize: '12px' },
    x: { label: 'step', nice: false, ticks: 8 },
    y: {
      label: 'loss',
      type: scale,
      grid: true,
      tickFormat: (value: number) => String(Number(value.toPrecision(3))),
      ...(top !== undefined && { domain: [0, top] }),
    },
    marks: lines.map(({ points, ...style }) => {
      const shown = points.map(({ step, y }) => ({ step, y: Math.min(y, top ?? y) }));
      return Plot.lineY(shown, { x: 'step', y: 'y', ...style });
    }),
  }) as { readonly outerHTML: string };
  return plot.outerHTML.replace(/\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2))));
}

function topOf(curves: readonly LossCurve[]): number {
  const losses = curves.flatMap(({ points }) =>
    points.map(({ loss, meanLoss }) => (curves.length > 1 ? meanLoss : loss)),
  );
  losses.sort((a, b) => a - b);
  return (losses[Math.ceil(SHOWN * losses.length) - 1] ?? 1) * 1.1;
}

/** The last point of each place. */
const thinned = (points: readonly LossPoint[]): readonly LossPoint[] => places(points).map((place) => place.at(-1)!);

/** The lowest and the highest loss of each place. */
const ranges = (points: readonly LossPoint[]): readonly LossPoint[] =>
  places(points).flatMap((place) => {
    const sorted = [...place].sort((a, b) => a.loss - b.loss);
    return [...new Set([sorted[0]!, sorted.at(-1)!])].sort((a, b) => a.step - b.step);
  });

function places(points: readonly LossPoint[]): readonly (readonly LossPoint[])[] {
  const size = Math.ceil(points.length / PLACES);
  return Array.from({ length: Math.ceil(points.length / (size || 1)) }, (_, i) =>
    points.slice(i * size, (i + 1) * size),
  );
}
