import { decodeHTML } from 'entities';

/**
 * Repairs what went wrong with a text's encoding and simplifies its signs, as `ftfy.fix_text` (R. Speer, ftfy 6) does for
 * captions, which are in lower case by then: entities where there are no tags, escapes of terminals, UTF-8 that was read as
 * Windows-1252, ligatures, full and half widths, curly quotes, ends of lines, control characters; then Unicode's form NFC.
 */
export function fixText(text: string): string {
  const unescaped = text.includes('<') ? text : text.replace(ENTITY, (entity) => decodeHTML(entity));
  return unescaped
    .replace(TERMINAL_ESCAPE, '')
    .replace(MISREAD, reread)
    .replace(LIGATURE, (letter) => LIGATURES[letter]!)
    .replace(WIDE_OR_NARROW, (letter) => letter.normalize('NFKC'))
    .replace(/[\u02bc\u2018-\u201b]/g, "'")
    .replace(/[\u201c-\u201f]/g, '"')
    .replace(/\r\n|[\r\u2028\u2029\u0085]/g, '\n')
    .replace(CONTROL, '')
    .normalize('NFC');
}

const ENTITY = /&#?[0-9A-Za-z]{1,24};/g;
// eslint-disable-next-line no-control-regex
const TERMINAL_ESCAPE = /\x1b\[(?:\d|;)*[a-zA-Z]/g;
const WIDE_OR_NARROW = /[\u3000\uff01-\uffef]/g;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/g;

const LIGATURES: Readonly<Record<string, string>> = {
  ĳ: 'ij',
  ŉ: 'ʼn',
  ǆ: 'dž',
  ǉ: 'lj',
  ǌ: 'nj',
  ǳ: 'dz',
  ﬀ: 'ff',
  ﬁ: 'fi',
  ﬂ: 'fl',
  ﬃ: 'ffi',
  ﬄ: 'ffl',
  ﬅ: 'ſt',
  ﬆ: 'st',
};
const LIGATURE = new RegExp(`[${Object.keys(LIGATURES).join('')}]`, 'g');

/** Windows-1252 from 0x80 on, where it differs from Latin-1; its five gaps are read as the controls of Latin-1. */
const WINDOWS_1252 = [...'€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9dž\x9f'];
const BYTES = new Map(WINDOWS_1252.map((letter, i) => [letter, 0x80 + i]));
const CONTINUATION = `[${WINDOWS_1252.join('')}\xa1-\xbf]`;

/**
 * Three or four bytes of UTF-8, each read as a letter of Windows-1252. (Two begin with a capital, and there are none.) What
 * ends in a space after â or ã had a no-break space there.
 */
const MISREAD = new RegExp(
  `[\xe0-\xef]${CONTINUATION}{2}|[\xf0-\xf4]${CONTINUATION}{3}|[\xe2\xe3]${CONTINUATION} `,
  'g',
);

function reread(letters: string): string {
  const bytes = Uint8Array.from(
    letters,
    (letter) => BYTES.get(letter) ?? (letter === ' ' ? 0xa0 : letter.charCodeAt(0)),
  );
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return letters;
  }
}
