import { sliceRows, type Tensor } from '@ungrain/core';
import { imageGrid } from '../grid.js';
import type { PixelRange } from '../image.js';
import { encodePng } from '../png.js';
import { frameFigure, text, widthOf } from './frame.js';

/** Images in labelled rows. */
export interface SheetContent {
  readonly title: string;
  readonly caption: string;
  /** What the columns are of; it stands over the rows' labels. */
  readonly corner?: string;
  /** What stands over each column; fewer than there are images in a row stand over several each. */
  readonly columns?: readonly string[];
  readonly rows: readonly SheetContentRow[];
}

export interface SheetContentRow {
  readonly label: string;
  /** [N, C, H, W] */
  readonly images: Tensor;
  /** What stands under each image, line by line; under each column where a column has several. */
  readonly under?: readonly (readonly string[])[];
  /** What stands at the end of the row. */
  readonly note?: string;
}

const IMAGES_WIDTH = 900;
const LARGEST_SCALE = 3;
const PADDING = 3;
const GAP = 10;
const HEADER = 20;
const LINE = 15;

/** A sheet as an SVG document; images are enlarged so far that the widest row fits, without smoothing. @throws UngrainError as `imageGrid` does */
export function sheetFigure({ title, caption, corner, columns, rows }: SheetContent, range: PixelRange): string {
  const widest = Math.max(...rows.map(({ images: { shape } }) => shape[0]! * shape[3]!));
  const scale = Math.max(1, Math.min(LARGEST_SCALE, Math.floor(IMAGES_WIDTH / widest)));
  const strips = rows.map(({ images }) =>
    inParts(images, columns?.length ?? 1).map((part) =>
      imageGrid(part, { range, columns: part.shape[0]!, padding: PADDING, scale }),
    ),
  );
  // Neighbours share their padding, unless a column has to be wider for what stands over it.
  const cell = Math.max(
    ...strips.flat().map(({ width }) => width - PADDING),
    ...(columns ?? []).map((column) => widthOf(column) + GAP),
    ...rows.flatMap(({ under = [] }) => under.flat().map((line) => widthOf(line) + GAP)),
  );
  const labels = [corner ?? '', ...rows.map(({ label }) => label)];
  const left = labels.some((label) => label !== '') ? Math.max(...labels.map((label) => widthOf(label))) + GAP : 0;
  const right = left + cell * (columns?.length ?? 1) + PADDING;
  const notes = Math.max(0, ...rows.map(({ note = '' }) => (note === '' ? 0 : GAP + widthOf(note))));
  const top = columns ? HEADER : 0;
  const elements: string[] = [];
  if (corner !== undefined) elements.push(text(corner, left - GAP, HEADER - 6, { anchor: 'end', fill: '#555' }));
  for (const [i, column] of (columns ?? []).entries())
    elements.push(text(column, left + PADDING / 2 + cell * (i + 0.5), HEADER - 6, { anchor: 'middle' }));
  let y = top;
  for (const [i, row] of strips.entries()) {
    const { label, note = '', under = [] } = rows[i]!;
    const { height } = row[0]!;
    const base = y + height / 2 + 4;
    for (const [column, strip] of row.entries()) {
      const png = Buffer.from(encodePng(strip)).toString('base64');
      const x = left + cell * column + (columns ? Math.floor((cell + PADDING - strip.width) / 2) : 0);
      elements.push(
        `<image x="${x}" y="${y}" width="${strip.width}" height="${height}" xlink:href="data:image/png;base64,${png}"/>`,
      );
    }
    if (label !== '') elements.push(text(label, left - GAP, base, { anchor: 'end' }));
    if (note !== '') elements.push(text(note, right + GAP, base, { fill: '#555' }));
    for (const [column, lines] of under.entries())
      for (const [k, line] of lines.entries())
        elements.push(
          text(line, left + PADDING / 2 + cell * (column + 0.5), y + height + LINE * (k + 1) - 2, {
            anchor: 'middle',
            fill: '#555',
          }),
        );
    const most = Math.max(0, ...under.map((lines) => lines.length));
    y += height + (most > 0 ? LINE * most + GAP : 0);
  }
  return frameFigure({ title, caption, body: elements.join('\n'), width: right + notes, height: y });
}

/** The images of a row, in as many equal parts as there are columns. */
function inParts(images: Tensor, parts: number): readonly Tensor[] {
  const size = Math.ceil(images.shape[0]! / parts);
  return Array.from({ length: Math.ceil(images.shape[0]! / size) }, (_, i) =>
    sliceRows(images, i * size, Math.min((i + 1) * size, images.shape[0]!)),
  );
}
