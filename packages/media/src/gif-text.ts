import { UngrainError } from '@ungrain/core';
import { toAscii } from './ascii.js';

/** The blocks of a GIF (GIF89a, appendix A). */
const IMAGE = 0x2c;
const EXTENSION = 0x21;
const TRAILER = 0x3b;
const COMMENT = 0xfe;

/** Bytes of a screen with its signature, and of an image, before their colour tables. */
const SCREEN_BYTES = 13;
const IMAGE_BYTES = 10;
/** A part of a block has its length in one byte. */
const LONGEST_PART = 255;

/** Texts by keyword. GIF has one kind of comment without keywords, so they are one JSON object in ASCII. */
export type GifText = Readonly<Record<string, string>>;

/** A comment block that holds the texts. */
export function commentBlock(text: GifText): Uint8Array {
  const content = new TextEncoder().encode(toAscii(JSON.stringify(text)));
  const parts = Math.ceil(content.length / LONGEST_PART);
  const block = new Uint8Array(2 + content.length + parts + 1);
  block.set([EXTENSION, COMMENT]);
  for (let part = 0, at = 2; part < parts; part++) {
    const piece = content.subarray(part * LONGEST_PART, (part + 1) * LONGEST_PART);
    block[at] = piece.length;
    block.set(piece, at + 1);
    at += 1 + piece.length;
  }
  return block; // its last byte is the empty part that ends it
}

/** A finished GIF with a block before its end. */
export function insertBlock(gif: Uint8Array, block: Uint8Array): Uint8Array {
  const longer = new Uint8Array(gif.length + block.length);
  longer.set(gif.subarray(0, -1));
  longer.set(block, gif.length - 1);
  longer[longer.length - 1] = TRAILER;
  return longer;
}

/**
 * The texts that `encodeGif` was given; none of a GIF that has other comments. Its frames are not unpacked.
 * @throws UngrainError `bad-gif`
 */
export function readGifText(bytes: Uint8Array): GifText {
  if (!/^GIF8[79]a$/.test(String.fromCharCode(...bytes.subarray(0, 6)))) refuse('it does not begin as one');
  const comments: string[] = [];
  let at = SCREEN_BYTES + tableBytes(bytes[10]);
  while (bytes[at] !== TRAILER) {
    const kind = bytes[at];
    const label = bytes[at + 1];
    if (kind === EXTENSION) at += 2;
    else if (kind === IMAGE) at += IMAGE_BYTES + tableBytes(bytes[at + 9]) + 1;
    else refuse(at < bytes.length ? `a block in it has the unknown kind ${kind}` : 'it ends too early');
    const parts: string[] = [];
    for (let length = bytes[at]; length !== 0; length = bytes[at]) {
      if (length === undefined || at + length >= bytes.length) return refuse('it ends within a block');
      if (kind === EXTENSION && label === COMMENT)
        parts.push(String.fromCharCode(...bytes.subarray(at + 1, at + 1 + length)));
      at += 1 + length;
    }
    at++;
    if (parts.length > 0) comments.push(parts.join(''));
  }
  return Object.fromEntries(comments.flatMap(textsOf));
}

function textsOf(comment: string): readonly (readonly [string, string])[] {
  try {
    const value = JSON.parse(comment) as unknown;
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    return entries.flatMap(([keyword, text]) => (typeof text === 'string' ? [[keyword, text] as const] : []));
  } catch {
    return []; // a comment of another program
  }
}

/** Of the colour table that a packed field announces. */
const tableBytes = (packed = 0): number => (packed & 0x80 ? 3 * (2 << (packed & 7)) : 0);

function refuse(reason: string): never {
  throw new UngrainError('bad-gif', `The animation cannot be read as GIF: ${reason}.`, 'failure');
}
