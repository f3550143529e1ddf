import { assetOption, parseOptions } from '@ungrain/core';
import type { Judge } from '@ungrain/models-mnist';
import { z } from 'zod';
import type { EngineSource } from '../engine.js';
import { loadJudge } from '../judge.js';
import { editSheet, inpaintSheet } from './edit-sheets.js';
import { anagramSheet, hybridSheet } from './illusion-sheets.js';
import { blurSheet, denoiseSheet, noiseSheet } from './noise-sheets.js';
import type { PictureRun, PictureSheet } from './picture-run.js';

const asset = assetOption();
const masked = z.strictObject({ picture: asset, mask: asset });
const times = z.array(z.number().min(0)).max(32);
const blur = { kernel: z.number(), sigma: z.number() };
const choice = {
  scored: z.boolean().describe('Does the judge say how well the readings can be read?'),
  shown: z.int().min(1).describe('So many of the drawn images are shown.'),
};

interface SheetKind<O> {
  readonly options: z.ZodType<O>;
  make(run: PictureRun, options: O, judge: Judge | undefined): Promise<PictureSheet> | PictureSheet;
}

const kind = <O>(options: z.ZodType<O>, make: SheetKind<O>['make']): SheetKind<O> => ({ options, make });

/** The sheets by name. Their pictures and masks are assets of the run. */
const SHEETS = {
  noise: kind(z.strictObject({ picture: asset, times }), async (run, { picture, times }) =>
    noiseSheet(run, await run.assets.image(picture), times),
  ),
  blur: kind(z.strictObject({ picture: asset, times, ...blur }), async (run, { picture, times, ...blur }) =>
    blurSheet(run, await run.assets.image(picture), times, blur),
  ),
  denoise: kind(
    z.strictObject({ picture: asset, times, methods: z.array(z.enum(['one-step', 'iterative'])).min(1), ...blur }),
    async (run, { picture, times, methods, ...blur }) =>
      denoiseSheet(run, await run.assets.image(picture), { times, methods, blur }),
  ),
  edit: kind(z.strictObject({ picture: asset, starts: z.array(z.int().min(0)).max(32) }), async (run, options) =>
    editSheet(run, await run.assets.image(options.picture), options.starts),
  ),
  inpaint: kind(
    z.strictObject({ picture: asset, mask: asset, resamples: z.int().min(1), large: masked.optional() }),
    async (run, { picture, mask, resamples, large }) =>
      inpaintSheet(run, await run.assets.image(picture), {
        mask: await run.assets.image(mask),
        resamples,
        large: large && {
          picture: await run.assets.image(large.picture),
          mask: await run.assets.image(large.mask),
        },
      }),
  ),
  anagram: kind(
    z.strictObject({ views: z.array(z.string()), conditions: z.array(z.unknown()), ...choice }),
    (run, options, judge) => anagramSheet(run, { ...options, judge }),
  ),
  hybrid: kind(z.strictObject({ low: z.unknown(), high: z.unknown(), ...blur, ...choice }), (run, options, judge) =>
    hybridSheet(run, { ...options, judge }),
  ),
};
export type SheetName = keyof typeof SHEETS;

/** What a sheet is told. */
export type SheetOptions<N extends SheetName> = (typeof SHEETS)[N] extends SheetKind<infer O> ? O : never;

/** A sheet as a value: which one of a run, and what it is told. */
export const sheetSchema = z.strictObject({
  name: z.enum(Object.keys(SHEETS) as [SheetName, ...SheetName[]]),
  options: z.record(z.string(), z.unknown()),
});
export type SheetSpec = z.output<typeof sheetSchema>;

export interface DrawnSheet extends PictureSheet {
  /** The sheet as a PNG with texts in it. */
  png(text: Readonly<Record<string, string>>): Uint8Array;
}

const ZOOM = 2;

/**
 * Makes a sheet. @param engine for the judge, where the sheet is scored
 * @throws UngrainError `bad-options`, as `sampleRun` does
 */
export async function drawSheet(
  { name, options }: SheetSpec,
  run: PictureRun,
  engine: EngineSource,
): Promise<DrawnSheet> {
  const { options: schema, make } = SHEETS[name] as SheetKind<object>;
  const judge = options['scored'] === true ? (await loadJudge(engine)).judge : undefined;
  try {
    const made = await make(run, parseOptions(schema, options, `sheet '${name}'`), judge);
    const { rasterize, sheetFigure } = await import('@ungrain/media/figures');
    const svg = sheetFigure(made.sheet, run.model.range);
    return { ...made, png: (text) => rasterize(svg, { zoom: ZOOM, text }) };
  } finally {
    await judge?.dispose();
  }
}
