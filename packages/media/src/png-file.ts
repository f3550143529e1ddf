import { crc32, UngrainError } from '@ungrain/core';

export interface PngLimits {
  /** The longest side that is read. */
  readonly maxSide?: number | undefined;
  readonly maxPixels?: number | undefined;
}

/** What the first chunk says about the picture. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: number;
  readonly colour: keyof typeof COLOURS;
  readonly interlaced: boolean;
}

interface Chunk {
  readonly type: string;
  readonly content: Uint8Array;
  /** With length, type and checksum. */
  readonly whole: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The colour types of PNG: the samples of a pixel and the depths they may have (PNG 3rd edition, table 12). */
const COLOURS = {
  0: { name: 'grey', samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { name: 'RGB', samples: 3, depths: [8, 16] },
  3: { name: 'palette', samples: 1, depths: [1, 2, 4, 8] },
  4: { name: 'grey and alpha', samples: 2, depths: [8, 16] },
  6: { name: 'RGB and alpha', samples: 4, depths: [8, 16] },
};

/** The colour type whose samples are places in a palette. */
export const PALETTE = 3;

/** The chunks that are read, with their longest contents. Others, like compressed colour profiles, are left out. */
const CHUNKS: Readonly<Record<string, number>> = {
  IHDR: 13,
  PLTE: 3 * 256,
  tRNS: 256,
  IDAT: Infinity,
  tEXt: Infinity,
  IEND: 0,
};

/** Where Adam7's seven passes begin and how far apart their pixels are. */
const ADAM7 = [
  { x: 0, y: 0, stepX: 8, stepY: 8 },
  { x: 4, y: 0, stepX: 8, stepY: 8 },
  { x: 0, y: 4, stepX: 4, stepY: 8 },
  { x: 2, y: 0, stepX: 4, stepY: 4 },
  { x: 0, y: 2, stepX: 2, stepY: 4 },
  { x: 1, y: 0, stepX: 2, stepY: 2 },
  { x: 0, y: 1, stepX: 1, stepY: 2 },
];
const WHOLE = [{ x: 0, y: 0, stepX: 1, stepY: 1 }];

export function refuse(reason: string, cause?: unknown): never {
  throw new UngrainError('bad-png', `The picture cannot be read as PNG: ${reason}.`, 'failure', { cause });
}

/**
 * Checks a PNG before anything of its size is allocated: its chunks, its header, the limits, and that its compressed
 * data holds exactly the picture, by unpacking it without keeping what comes out.
 *
 * @returns the header, and the file without the chunks that are not needed
 * @throws UngrainError `bad-png`, `png-too-large`
 */
export async function checkPng(
  bytes: Uint8Array,
  { maxSide = 16_384, maxPixels = 2 ** 24 }: PngLimits,
): Promise<{ header: PngHeader; file: Uint8Array }> {
  const chunks = readChunks(bytes);
  const header = readHeader(chunks[0]!);
  const { width, height } = header;
  if (Math.max(width, height) > maxSide || width * height > maxPixels)
    throw new UngrainError(
      'png-too-large',
      `The PNG has ${width} × ${height} pixels; at most ${maxPixels} with sides up to ${maxSide} are read.`,
    );
  const data = chunks.filter(({ type }) => type === 'IDAT').map(({ content }) => content);
  const expected = unpackedSize(header);
  const found = await inflatedSize(data, expected);
  if (found > expected) refuse(`its data unpacks to more than the ${expected} bytes of the picture`);
  if (found < expected) refuse(`its data unpacks to ${found} of the picture's ${expected} bytes`);
  return { header, file: concat([Uint8Array.from(SIGNATURE), ...chunks.map(({ whole }) => whole)]) };
}

/**
 * The texts (tEXt) of a PNG by keyword; the picture itself is not unpacked.
 * @throws UngrainError `bad-png`
 */
export function readPngText(bytes: Uint8Array): Readonly<Record<string, string>> {
  const texts = readChunks(bytes).filter(({ type }) => type === 'tEXt');
  return Object.fromEntries(
    texts.map(({ content, whole }) => {
      const stored = new DataView(whole.buffer, whole.byteOffset).getUint32(whole.length - 4);
      if (crc32(whole.subarray(4, -4)) !== stored) refuse('a text in it is damaged');
      const end = content.indexOf(0);
      return [latin1(content.subarray(0, end)), latin1(content.subarray(end + 1))];
    }),
  );
}

/** TextDecoder's latin1 is windows-1252, which differs from 0x80 to 0x9f. */
function latin1(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 4096) parts.push(String.fromCharCode(...bytes.subarray(at, at + 4096)));
  return parts.join('');
}

/** The chunks that are needed, IHDR first and IEND last. */
function readChunks(bytes: Uint8Array): readonly Chunk[] {
  if (!SIGNATURE.every((byte, i) => bytes[i] === byte)) refuse('it does not begin as one');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  let start = SIGNATURE.length;
  do {
    if (start + 12 > bytes.length) refuse('it ends too early');
    const length = view.getUint32(start);
    const end = start + 12 + length;
    const type = String.fromCharCode(...bytes.subarray(start + 4, start + 8));
    if (end > bytes.length) refuse('it ends within a chunk');
    if ((type === 'IHDR') !== (chunks.length === 0)) refuse('its header is not its first chunk, once');
    if (length > (CHUNKS[type] ?? Infinity)) refuse(`a chunk ${type} of ${length} bytes is too long`);
    const content = bytes.subarray(start + 8, end - 4);
    if (type === 'tEXt' && !content.includes(0)) refuse('a text has no keyword');
    if (type in CHUNKS) chunks.push({ type, content, whole: bytes.subarray(start, end) });
    start = end;
  } while (chunks.at(-1)?.type !== 'IEND');
  return chunks;
}

function readHeader({ content }: Chunk): PngHeader {
  if (content.length !== CHUNKS['IHDR']) refuse(`its header has ${content.length} bytes`);
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colour, , , interlace] = content.subarray(8) as unknown as [number, number, number, number, number];
  if (width === 0 || height === 0) refuse(`it has ${width} × ${height} pixels`);
  if (!isColour(colour) || !COLOURS[colour].depths.includes(depth))
    return refuse(`there is no colour type ${colour} of ${depth} bits`);
  if (interlace === 1 && depth < 8)
    refuse(`interlaced pictures of ${depth} bits are not supported; save it without interlacing`);
  return { width, height, depth, colour, interlaced: interlace === 1 };
}

const isColour = (colour: number): colour is PngHeader['colour'] => colour in COLOURS;

/** Bytes of the picture before compression: each line of each pass begins with a byte for its filter. */
function unpackedSize({ width, height, depth, colour, interlaced }: PngHeader): number {
  const bits = depth * COLOURS[colour].samples;
  return (interlaced ? ADAM7 : WHOLE).reduce((sum, { x, y, stepX, stepY }) => {
    const columns = Math.max(0, Math.ceil((width - x) / stepX));
    const lines = Math.max(0, Math.ceil((height - y) / stepY));
    return columns === 0 ? sum : sum + lines * (1 + Math.ceil((columns * bits) / 8));
  }, 0);
}

/** How many bytes come out of the compressed parts; stops soon after there are more than `limit`. */
async function inflatedSize(parts: readonly Uint8Array[], limit: number): Promise<number> {
  const packed = new Blob(parts as Uint8Array<ArrayBuffer>[]).stream();
  const reader = packed.pipeThrough(new DecompressionStream('deflate')).getReader();
  let size = 0;
  try {
    while (size <= limit) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
    }
  } catch (cause) {
    refuse('its data is damaged', cause);
  }
  if (size > limit) await reader.cancel();
  return size;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
