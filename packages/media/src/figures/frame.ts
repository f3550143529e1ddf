/** The font of all figures. It comes with the package, so that they look the same everywhere. */
export const FONT = 'DejaVu Sans';

const TITLE_SIZE = 18;
const TEXT_SIZE = 12;
const LINE = 17;
const MARGIN = 16;

/** A colour of the legend, and what has it. */
export interface LegendItem {
  readonly colour: string;
  readonly label: string;
}

export interface Frame {
  readonly title: string;
  /** Wrapped to the figure's width. */
  readonly caption: string;
  readonly legend?: readonly LegendItem[];
  /** The picture, as SVG elements from (0, 0) on. */
  readonly body: string;
  readonly width: number;
  readonly height: number;
}

/** A picture with what it shows above it, as an SVG document on white. */
export function frameFigure({
  title,
  caption,
  legend = [],
  body,
  width: bodyWidth,
  height: bodyHeight,
}: Frame): string {
  const width = Math.max(bodyWidth + 2 * MARGIN, widthOf(title, TITLE_SIZE) + 2 * MARGIN);
  const lines = wrap(caption, width - 2 * MARGIN);
  const captionTop = MARGIN + TITLE_SIZE + 8;
  const legendTop = captionTop + lines.length * LINE + (legend.length > 0 ? 6 : 0);
  const bodyTop = legendTop + legend.length * LINE + 10;
  const height = bodyTop + bodyHeight + MARGIN;
  const elements = [
    `<rect width="${width}" height="${height}" fill="white"/>`,
    text(title, MARGIN, MARGIN + TITLE_SIZE, { size: TITLE_SIZE }),
    ...lines.map((line, i) => text(line, MARGIN, captionTop + (i + 1) * LINE - 3, { fill: '#555' })),
    ...legend.flatMap(({ colour, label }, i) => {
      const y = legendTop + (i + 1) * LINE - 4;
      return [`<rect x="${MARGIN}" y="${y - 7}" width="22" height="4" fill="${colour}"/>`, text(label, MARGIN + 30, y)];
    }),
    `<g transform="translate(${MARGIN} ${bodyTop})">${body}</g>`,
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 ${width} ${height}" ` +
    `width="${width}" height="${height}" font-family="${FONT}, Verdana, sans-serif">\n${elements.join('\n')}\n</svg>\n`
  );
}

export interface TextStyle {
  readonly size?: number;
  readonly fill?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
}

/** A line of text as an SVG element. */
export const text = (
  content: string,
  x: number,
  y: number,
  { size = TEXT_SIZE, fill = '#111', anchor = 'start' }: TextStyle = {},
): string =>
  `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" text-anchor="${anchor}">${escapeXml(content)}</text>`;

/** About as wide as a text is: the font's characters are 0.62 of its size on average, seldom more. */
export const widthOf = (content: string, size = TEXT_SIZE): number => Math.ceil([...content].length * size * 0.62);

function wrap(content: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of content.split(' ')) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && widthOf(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Control characters, which XML cannot hold, are left out. */
const escapeXml = (content: string): string =>
  content.replace(/\p{Cc}/gu, '').replace(/[&<>"]/g, (character) => ENTITIES[character]!);
