import type { RunSpec, Tensor, Value } from '@ungrain/core';
import { writeSafetensors } from '@ungrain/formats';
import { encodeGif, encodePng, imageGrid, toPixels, type PngText } from '@ungrain/media';

/** What a run drew. */
export interface Drawing {
  /** [N, C, H, W] in `range`. */
  readonly samples: Tensor;
  /** The same from noise to image, for animations; only where they were asked for. */
  readonly frames: readonly Tensor[];
  readonly range: readonly [number, number];
  /** What each sample shows, as file names say it. */
  readonly labels: readonly string[];
  readonly spec: RunSpec;
}

/** The text of a PNG (and the metadata of a safetensors file) that holds the run as JSON. */
export const SPEC_KEYWORD = 'ungrain';

/** How a drawing becomes a file, by extension. */
export const DRAWING_FORMATS = {
  png: (drawing: Drawing): Uint8Array =>
    encodePng(gridOf(drawing, drawing.samples), { text: { [SPEC_KEYWORD]: JSON.stringify(drawing.spec) } }),
  gif: (drawing: Drawing): Uint8Array => {
    const last = new Array<Tensor>(HELD_FRAMES).fill(drawing.samples);
    return encodeGif(
      [...drawing.frames, ...last].map((frame) => gridOf(drawing, frame)),
      { delayMs: FRAME_MS },
    );
  },
  safetensors: ({ samples, spec }: Drawing): Uint8Array => {
    const tensors = new Map<string, Value>([['samples', { dtype: 'float32', ...samples }]]);
    return writeSafetensors(tensors, new Map([[SPEC_KEYWORD, JSON.stringify(spec)]]));
  },
} as const;

export type DrawingFormat = keyof typeof DRAWING_FORMATS;

const FRAME_MS = 60;
/** For how many frames an animation shows what it came to. */
const HELD_FRAMES = 20;
/** Small images are enlarged so far that a grid is at most this wide. */
const GRID_WIDTH = 1200;
const LARGEST_SCALE = 4;
const MOST_COLUMNS = 16;

/** Each label has a row of its own where its samples fit in one. */
function gridOf({ range, labels }: Drawing, images: Tensor) {
  const width = images.shape[3]!;
  const perLabel = labels.length / new Set(labels).size;
  const square = Math.ceil(Math.sqrt(labels.length));
  const columns = Number.isInteger(perLabel) && perLabel > 1 && perLabel <= MOST_COLUMNS ? perLabel : square;
  const scale = Math.max(1, Math.min(LARGEST_SCALE, Math.floor(GRID_WIDTH / (columns * width))));
  return imageGrid(images, { range, columns, scale });
}

/** Every sample as a PNG of its own: `LABEL-INDEX.png`, the index counting from 0 within the label. */
export function separateImages({ samples, range, labels, spec }: Drawing): ReadonlyMap<string, Uint8Array> {
  const seen = new Map<string, number>();
  return new Map(
    toPixels(samples, range).map((pixels, i) => {
      const label = labels[i]!;
      const index = seen.get(label) ?? 0;
      seen.set(label, index + 1);
      const text: PngText = { [SPEC_KEYWORD]: JSON.stringify(spec), [`${SPEC_KEYWORD}-sample`]: String(i) };
      return [`${label}-${index}.png`, encodePng(pixels, { text })];
    }),
  );
}
