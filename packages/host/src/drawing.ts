import type { RunSpec, Tensor, Value } from '@ungrain/core';
import { writeSafetensors } from '@ungrain/formats';
import { encodeGif, encodePng, imageGrid, toPixels } from '@ungrain/media';
import type { FrameKind, Frames } from './frames.js';
import { recordTexts, type RunRecord, type Shown } from './run-record.js';
import { sampleLabels } from './sample-labels.js';

/** What a run drew. */
export interface Drawing {
  /** [N, C, H, W] in `range`. */
  readonly samples: Tensor;
  /** The way from noise to image, for animations; empty where none were asked for. */
  readonly frames: Frames;
  readonly range: readonly [number, number];
  readonly spec: RunSpec;
  /** See `RunRecord.then`. */
  readonly then?: readonly RunSpec[] | undefined;
  /** The images and masks that the spec refers to: PNG files by SHA-256. */
  readonly assets: ReadonlyMap<string, Uint8Array>;
}

const recordOf = ({ spec, then, assets }: Drawing, shown: Shown = {}): RunRecord => ({ spec, then, shown, assets });

/** How a drawing becomes a file, by extension. Each carries its run: see `readRecord`. */
export const DRAWING_FORMATS = {
  png: (drawing: Drawing): Uint8Array =>
    encodePng(gridOf(drawing, drawing.samples), { text: recordTexts(recordOf(drawing)) }),
  gif: (drawing: Drawing): Uint8Array => animation(drawing, 'x'),
  safetensors: (drawing: Drawing): Uint8Array =>
    writeSafetensors(sampleTensors(drawing.samples), new Map(Object.entries(recordTexts(recordOf(drawing))))),
} as const;

export type DrawingFormat = keyof typeof DRAWING_FORMATS;

/** What a safetensors file of samples holds. */
export const sampleTensors = (samples: Tensor): ReadonlyMap<string, Value> =>
  new Map([['samples', { dtype: 'float32', ...samples }]]);

const FRAME_MS = 60;
/** For how many frames an animation shows what it came to. */
const HELD_FRAMES = 20;

/** From noise to image, as a GIF. */
export function animation(drawing: Drawing, frames: FrameKind): Uint8Array {
  const last = new Array<Tensor>(HELD_FRAMES).fill(drawing.samples);
  return encodeGif(
    [...drawing.frames[frames], ...last].map((frame) => gridOf(drawing, frame)),
    { delayMs: FRAME_MS, text: recordTexts(recordOf(drawing, { frames })) },
  );
}

/** Small images are enlarged so far that a grid is at most this wide. */
const GRID_WIDTH = 1200;
const LARGEST_SCALE = 4;
const MOST_COLUMNS = 16;

/** Each label has a row of its own where its samples fit in one. */
function gridOf({ range, spec }: Drawing, images: Tensor) {
  const width = images.shape[3]!;
  const labels = sampleLabels(spec);
  const perLabel = labels.length / new Set(labels).size;
  const square = Math.ceil(Math.sqrt(labels.length));
  const columns = Number.isInteger(perLabel) && perLabel > 1 && perLabel <= MOST_COLUMNS ? perLabel : square;
  const scale = Math.max(1, Math.min(LARGEST_SCALE, Math.floor(GRID_WIDTH / (columns * width))));
  return imageGrid(images, { range, columns, scale });
}

/** Every sample as a PNG of its own: `LABEL-INDEX.png`, the index counting from 0 within the label. */
export function separateImages(drawing: Drawing): ReadonlyMap<string, Uint8Array> {
  const seen = new Map<string, number>();
  const labels = sampleLabels(drawing.spec);
  return new Map(
    toPixels(drawing.samples, drawing.range).map((pixels, sample) => {
      const label = labels[sample]!;
      const index = seen.get(label) ?? 0;
      seen.set(label, index + 1);
      return [`${label}-${index}.png`, encodePng(pixels, { text: recordTexts(recordOf(drawing, { sample })) })];
    }),
  );
}
