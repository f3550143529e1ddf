import { addNoise, concatRows, runNoise, type Model, type RunSpec, type Tensor } from '@ungrain/core';
import { psnr, ssim, SSIM_WINDOW } from '@ungrain/models-mnist/scores';
import { gaussianBlur, type BlurOptions } from '@ungrain/samplers';
import { sampleRun } from '../sample.js';
import {
  addGuidance,
  addPicture,
  inRange,
  levelOfTime,
  type NamedLevel,
  type PictureRun,
  type PictureSheet,
} from './picture-run.js';

/** A picture at some noise levels. All levels have the same noise, that of the run's seed. */
function noisyAt(run: PictureRun, picture: Tensor, times: readonly number[]) {
  const clean = inRange(picture, run.model);
  const unit = runNoise(run.spec).normal({ slot: 'start', step: 0, draw: 0 }, clean.shape);
  return {
    clean,
    levels: times.map((t) => {
      const named = levelOfTime(run.model, t);
      return { t, named, noisy: addNoise(clean, named.level, unit) };
    }),
  };
}

const notesOf = (levels: readonly { readonly named: NamedLevel }[]): readonly string[] =>
  levels.flatMap(({ named }) => named.note ?? []);

/** The forward process (section 1.1 of the course): a picture with ever more noise. */
export function noiseSheet(run: PictureRun, picture: Tensor, times: readonly number[]): PictureSheet {
  const { clean, levels } = noisyAt(run, picture, times);
  return {
    sheet: {
      title: 'The forward process',
      caption: `x = α·image + σ·noise, the same noise at each level (seed ${run.spec.seed}).`,
      columns: ['original', ...levels.map(({ t }) => `t = ${t}`)],
      rows: [{ label: '', images: concatRows([clean, ...levels.map(({ noisy }) => noisy)]) }],
    },
    notes: notesOf(levels),
    measures: {},
  };
}

/** Classical denoising (section 1.2): noisy pictures, and what a Gaussian blur leaves of them. Without times, of the picture itself. */
export function blurSheet(run: PictureRun, picture: Tensor, times: readonly number[], blur: BlurOptions): PictureSheet {
  const { clean, levels } = noisyAt(run, picture, times);
  const shown = levels.length > 0 ? levels.map(({ noisy }) => noisy) : [clean];
  const compare = comparer(clean, run);
  const blurred = shown.map((image) => gaussianBlur(image, blur));
  const measures: Record<string, number> = {};
  levels.forEach(({ t }, i) => Object.assign(measures, compare(blurred[i]!).named(`t = ${t}`)));
  return {
    sheet: {
      title: 'Gaussian blur',
      caption: `A kernel of ${blur.kernel} with σ = ${blur.sigma} pixels.${levels.length > 0 ? ' Below: PSNR and SSIM to the original.' : ''}`,
      columns: levels.length > 0 ? levels.map(({ t }) => `t = ${t}`) : ['image'],
      rows: [
        {
          label: levels.length > 0 ? 'noisy' : 'original',
          images: concatRows(shown),
          ...(levels.length > 0 && { under: shown.map((image) => compare(image).lines) }),
        },
        {
          label: 'blurred',
          images: concatRows(blurred),
          ...(levels.length > 0 && { under: blurred.map((image) => compare(image).lines) }),
        },
      ],
    },
    notes: notesOf(levels),
    measures,
  };
}

export type DenoiseMethod = 'one-step' | 'iterative';

export interface DenoiseOptions {
  readonly times: readonly number[];
  readonly methods: readonly DenoiseMethod[];
  readonly blur: BlurOptions;
}

/**
 * Denoising compared (sections 1.3 and 1.4): original, noisy, blurred, the model's estimate in one step, and step by step
 * from there, with PSNR and SSIM under each.
 */
export async function denoiseSheet(run: PictureRun, picture: Tensor, options: DenoiseOptions): Promise<PictureSheet> {
  const { times, methods, blur } = options;
  const { clean, levels } = noisyAt(run, picture, times);
  const compare = comparer(clean, run);
  const measures: Record<string, number> = {};
  const rows: PictureSheet['sheet']['rows'][number][] = [];
  for (const { t, named, noisy } of levels) {
    const found = await denoise(run, picture, named, methods.includes('iterative'));
    const images = [
      { name: 'noisy', image: noisy },
      { name: 'blurred', image: gaussianBlur(noisy, blur) },
      ...methods.map((method) => ({ name: method, image: found[method] })),
    ];
    for (const { name, image } of images) Object.assign(measures, compare(image).named(`t = ${t}, ${name}`));
    rows.push({
      label: `t = ${t}`,
      images: concatRows([clean, ...images.map(({ image }) => image)]),
      under: [[], ...images.map(({ image }) => compare(image).lines)],
    });
  }
  return {
    sheet: {
      title: 'Denoising',
      caption:
        `Noise of seed ${run.spec.seed}; blurred with σ = ${blur.sigma}; ${run.spec.sampler.name} from each level in ` +
        `its share of ${run.spec.steps} steps. PSNR and SSIM to the original stand under each.`,
      columns: ['original', 'noisy', 'blurred', ...methods],
      rows,
    },
    notes: notesOf(levels),
    measures,
  };
}

/** The model's estimate of the clean image at once, and where the run from there ends. */
async function denoise(
  { spec, registry, model, assets, signal, onStep }: PictureRun,
  picture: Tensor,
  { level }: NamedLevel,
  toTheEnd: boolean,
): Promise<Readonly<Record<DenoiseMethod, Tensor>>> {
  const times = timesFrom(level.time, spec.steps, model);
  const image = addPicture(picture, assets);
  const whole: RunSpec = {
    ...spec,
    steps: times.length,
    spacing: { name: 'explicit', options: { times } },
    guidance: addGuidance({ registry }, spec.guidance, [{ name: 'sdedit', options: { image, start: 0 } }]),
  };
  let estimate: Tensor | null = null;
  let x: Tensor | null = null;
  for await (const step of sampleRun(whole, { registry, model, assets, signal })) {
    onStep?.(step);
    estimate ??= step.data;
    x = step.x;
    if (!toTheEnd) break;
  }
  return { 'one-step': estimate!, iterative: x! };
}

/**
 * The times of a level's share of a run of so many steps, from there evenly to clean data. Trained times are whole, and the
 * last of them is that before clean data: a step that leaves some out would be one that the model did not learn.
 */
function timesFrom(time: number, steps: number, { schedule }: Model): readonly number[] {
  const { noisiest, cleanest, clean, trainedSteps } = schedule;
  const share = Math.max(1, Math.round((steps * (clean.time - time)) / (clean.time - noisiest)));
  if (trainedSteps === null) return Array.from({ length: share }, (_, i) => time + ((clean.time - time) * i) / share);
  const even = Array.from({ length: share }, (_, i) => time + ((cleanest - time) * i) / Math.max(1, share - 1));
  return [...new Set([...even, cleanest].map(Math.round))];
}

/** Compares images with the clean one: as lines for a sheet, and as numbers by name. Very small ones have no SSIM. */
function comparer(clean: Tensor, { model: { range } }: PictureRun) {
  const distance = range[1] - range[0];
  const comparable = Math.min(...clean.shape.slice(-2)) >= SSIM_WINDOW;
  return (image: Tensor) => {
    const ratio = psnr(image.data, clean.data, distance);
    const similarity = comparable ? ssim(image, clean, { range: distance }) : null;
    return {
      lines: [`${ratio.toFixed(1)} dB`, ...(similarity === null ? [] : [`SSIM ${similarity.toFixed(2)}`])],
      named: (name: string): Record<string, number> => ({
        [`${name}, PSNR`]: ratio,
        ...(similarity !== null && { [`${name}, SSIM`]: similarity }),
      }),
    };
  };
}
