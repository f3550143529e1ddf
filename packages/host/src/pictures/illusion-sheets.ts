import { concatRows, createView, linear, sliceRows, UngrainError, type RunSpec, type Tensor } from '@ungrain/core';
import type { Judge } from '@ungrain/models-mnist';
import { gaussianBlur, type BlurOptions } from '@ungrain/samplers';
import { sampleToEnd } from '../sample.js';
import { enlarge, enlargedShape } from './enlarge.js';
import { addGuidance, type PictureRun, type PictureSheet } from './picture-run.js';

/** How the images that are shown are chosen among those that were drawn. */
export interface ChoiceOptions {
  /** Reads digits; without one nothing is scored, and the first are shown. */
  readonly judge?: Judge | undefined;
  /** So many of the drawn images are shown, the best first. */
  readonly shown: number;
}

/** One way to look at an image, and what should be seen then. */
interface Reading {
  readonly name: string;
  readonly expected: unknown;
  see(images: Tensor): Tensor;
}

export interface AnagramOptions extends ChoiceOptions {
  /** The ways to look at it, the first usually `identity`. */
  readonly views: readonly string[];
  /** What each shows. */
  readonly conditions: readonly unknown[];
}

/** Anagrams (section 1.8): one image that shows something else in each view. The spec counts how many are drawn. */
export async function anagramSheet(run: PictureRun, options: AnagramOptions): Promise<PictureSheet> {
  const { views, conditions } = options;
  const meaning = { name: 'views', options: { views, conditions } };
  const spec: RunSpec = {
    ...run.spec,
    conditions: [],
    guidance: addGuidance(run, run.spec.guidance, [meaning]),
  };
  const shape = enlargedShape(run);
  const readings = views.map((text, i): Reading => {
    const view = createView(text, run.registry.views, shape);
    return { name: text, expected: conditions[i], see: (images) => view.forward(images) };
  });
  const caption = `One image, looked at in ${views.length} ways.`;
  return illusion(run, spec, { ...options, readings, title: 'Visual anagrams', caption, meaning });
}

export interface HybridOptions extends ChoiceOptions {
  readonly low: unknown;
  readonly high: unknown;
  /** Where low ends, in pixels. */
  readonly sigma: number;
  readonly kernel: number;
}

/** Hybrids (section 1.9): low frequencies of one thing, high ones of another. From afar, or blurred, one sees the low. */
export async function hybridSheet(run: PictureRun, options: HybridOptions): Promise<PictureSheet> {
  const { low, high, sigma, kernel } = options;
  const spec: RunSpec = {
    ...run.spec,
    conditions: [],
    guidance: addGuidance(run, run.spec.guidance, [
      { name: 'hybrid', options: { conditions: [low, high], sigma, kernel } },
    ]),
  };
  const larger = widened({ sigma, kernel }, enlargedShape(run)[2]! / (spec.shape ?? run.model.sampleShape)[2]!);
  const meaning = { name: 'hybrid', options: { conditions: [low, high], ...larger } };
  const blur = (images: Tensor) => gaussianBlur(images, larger);
  const readings: readonly Reading[] = [
    { name: 'from near', expected: high, see: (images) => images },
    { name: 'from afar', expected: low, see: blur },
  ];
  const title = 'Hybrid images';
  const caption = `Low frequencies below a blur of σ = ${sigma} pixels, high ones above; from afar the image is blurred so.`;
  return illusion(run, spec, { ...options, readings, title, caption, meaning });
}

/** The same blur of an image that is so many times as large. */
const widened = ({ sigma, kernel }: BlurOptions, times: number): BlurOptions => ({
  sigma: sigma * times,
  kernel: times === 1 ? kernel : Math.min(WIDEST, 2 * Math.floor((kernel * times) / 2) + 1),
});
/** The widest kernel that 'hybrid' takes. */
const WIDEST = 255;

interface IllusionOptions extends ChoiceOptions {
  readonly readings: readonly Reading[];
  readonly title: string;
  readonly caption: string;
  /** What an upscaler has to keep to. */
  readonly meaning: RunSpec['guidance'][number];
}

async function illusion(run: PictureRun, spec: RunSpec, options: IllusionOptions): Promise<PictureSheet> {
  const { readings, judge, shown, title, caption, meaning } = options;
  const drawn = await sampleToEnd(spec, run);
  const scores = judge ? await scoresOf(drawn, readings, judge) : null;
  const order = Array.from({ length: spec.count }, (_, i) => i);
  // The weakest reading decides: an anagram with one good reading is none.
  if (scores && shown < spec.count) order.sort((a, b) => worst(scores, b) - worst(scores, a));
  const best = order.slice(0, shown);
  const chosen = concatRows(best.map((i) => sliceRows(drawn, i, i + 1)));
  const { images: samples, then } = await enlarge(run, chosen, spec, [meaning]);
  const measures = Object.fromEntries(
    (scores ?? []).flatMap((row, k) =>
      best.map((i) => [`image ${i + 1}, ${readings[k]!.name} as ${String(readings[k]!.expected)}`, row[i]!]),
    ),
  );
  return {
    sheet: {
      title,
      caption:
        `${caption} Sampler ${spec.sampler.name}, ${spec.steps} steps, seed ${spec.seed}` +
        `${spec.count > best.length ? `, the best of ${spec.count}` : ''}.` +
        `${scores ? " Below: how sure the judge is of each reading's digit." : ''}`,
      rows: readings.map(({ name, expected, see }, k) => ({
        label: `${name}: ${String(expected)}`,
        images: see(samples),
        ...(scores && { under: best.map((i) => [`${Math.round(100 * scores[k]![i]!)} %`]) }),
      })),
      columns: best.map((i) => (spec.count > 1 ? `image ${i + 1}` : '')),
    },
    notes: [],
    measures,
    drawn: best.length === spec.count ? { spec, then, samples } : onlyBest(spec, best, { samples, then }),
  };
}

/** A run of the one best image alone: with noise by sample, its seed is that of its place. */
function onlyBest(
  spec: RunSpec,
  best: readonly number[],
  { samples, then }: { readonly samples: Tensor; readonly then: readonly RunSpec[] },
): NonNullable<PictureSheet['drawn']> {
  const seed = spec.seed + best[0]!;
  const alone = then.map((one) => ({ ...one, count: 1 }));
  return { spec: { ...spec, seed, count: 1 }, then: alone, samples: sliceRows(samples, 0, 1) };
}

const worst = (scores: readonly (readonly number[])[], image: number): number =>
  Math.min(...scores.map((row) => row[image]!));

/** The judge's probability of each reading's digit, by reading and image. @throws UngrainError `no-score` */
async function scoresOf(
  images: Tensor,
  readings: readonly Reading[],
  judge: Judge,
): Promise<readonly (readonly number[])[]> {
  const scores: number[][] = [];
  for (const { expected, see } of readings) {
    if (typeof expected !== 'number')
      throw new UngrainError('no-score', `The judge reads digits, and '${String(expected)}' is none.`);
    const { probabilities } = await judge.read(linear([1, see(images)]));
    const [, classes = 0] = probabilities.shape;
    scores.push(Array.from({ length: images.shape[0]! }, (_, i) => probabilities.data[i * classes + expected]!));
  }
  return scores;
}
