import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';
import type { Pixels } from '../pixels.js';
import { encodePng, type PngText } from '../png.js';
import { FONT } from './frame.js';

const FONT_FILE = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');

export interface RasterOptions {
  /** Pixels for each unit of the drawing. */
  readonly zoom?: number;
  readonly text?: PngText;
}

/** An SVG document of this package as a PNG file; the same drawing gives the same bytes. */
export function rasterize(svg: string, { zoom = 1, text = {} }: RasterOptions = {}): Uint8Array {
  const image = new Resvg(svg, {
    background: 'white',
    fitTo: { mode: 'zoom', value: zoom },
    font: { loadSystemFonts: false, fontFiles: [FONT_FILE], defaultFontFamily: FONT },
  }).render();
  return encodePng(opaque(new Uint8Array(image.pixels), image.width, image.height), { text });
}

/** Without alpha, as the background is opaque; one channel where all is grey. */
function opaque(rgba: Uint8Array, width: number, height: number): Pixels {
  const channels = isGrey(rgba) ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < data.length; i++) data[i] = rgba[4 * Math.floor(i / channels) + (i % channels)]!;
  return { data, width, height, channels };
}

function isGrey(rgba: Uint8Array): boolean {
  for (let i = 0; i < rgba.length; i += 4) if (rgba[i] !== rgba[i + 1] || rgba[i] !== rgba[i + 2]) return false;
  return true;
}
