import type { Tensor } from '@ungrain/core';
import { imageGrid } from '../grid.js';
import type { PixelRange } from '../image.js';
import { encodePng } from '../png.js';
import { frameFigure, text, widthOf } from './frame.js';

/** Images in labelled rows. */
export interface SheetContent {
  readonly title: string;
  readonly caption: string;
  /** What stands over each column. */
  readonly columns?: readonly string[];
  readonly rows: readonly SheetContentRow[];
}

export interface SheetContentRow {
  readonly label: string;
  /** [N, C, H, W] */
  readonly images: Tensor;
  /** What stands at the end of the row. */
  readonly note?: string;
}

const IMAGES_WIDTH = 900;
const LARGEST_SCALE = 3;
const PADDING = 3;
const GAP = 10;
const HEADER = 20;

/** A sheet as an SVG document; images are enlarged so far that the widest row fits, without smoothing. @throws UngrainError as `imageGrid` does */
export function sheetFigure({ title, caption, columns, rows }: SheetContent, range: PixelRange): string {
  const widest = Math.max(...rows.map(({ images: { shape } }) => shape[0]! * shape[3]!));
  const scale = Math.max(1, Math.min(LARGEST_SCALE, Math.floor(IMAGES_WIDTH / widest)));
  const strips = rows.map(({ images }) =>
    imageGrid(images, { range, columns: images.shape[0]!, padding: PADDING, scale }),
  );
  const labels = rows.map(({ label }) => label);
  const left = labels.some((label) => label !== '') ? Math.max(...labels.map((label) => widthOf(label))) + GAP : 0;
  const right = left + Math.max(...strips.map(({ width }) => width));
  const notes = Math.max(0, ...rows.map(({ note = '' }) => (note === '' ? 0 : GAP + widthOf(note))));
  const top = columns ? HEADER : 0;
  const elements: string[] = [];
  const cell = rows[0]!.images.shape[3]! * scale + PADDING;
  for (const [i, column] of (columns ?? []).entries())
    elements.push(text(column, left + PADDING + cell * (i + 0.5), HEADER - 6, { anchor: 'middle' }));
  let y = top;
  for (const [i, strip] of strips.entries()) {
    const { label, note = '' } = rows[i]!;
    const { width, height } = strip;
    const base = y + height / 2 + 4;
    const png = Buffer.from(encodePng(strip)).toString('base64');
    elements.push(
      `<image x="${left}" y="${y}" width="${width}" height="${height}" xlink:href="data:image/png;base64,${png}"/>`,
    );
    if (label !== '') elements.push(text(label, left - GAP, base, { anchor: 'end' }));
    if (note !== '') elements.push(text(note, left + width + GAP, base, { fill: '#555' }));
    y += height;
  }
  return frameFigure({ title, caption, body: elements.join('\n'), width: right + notes, height: y });
}
