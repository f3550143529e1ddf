import { UngrainError } from '@ungrain/core';

/** Rewrites a text before it is cut into pieces: ligatures, full-width letters, odd spaces. */
export type Normalizer = (text: string) => string;

/**
 * SentencePiece's compiled table of rewriting rules: the size of a trie in bytes, the trie, and the replacements, each ended
 * by a zero byte. The trie is a double array as Darts-clone (S. Yata) lays it out. At each place the longest rule applies;
 * a character that none is for stays (Kudo & Richardson 2018, "SentencePiece", section 3.3).
 *
 * @throws UngrainError `bad-tokenizer` if it is cut off
 */
export function charsmapNormalizer(charsmap: Uint8Array): Normalizer {
  if (charsmap.length === 0) return (text) => text;
  const view = new DataView(charsmap.buffer, charsmap.byteOffset, charsmap.byteLength);
  const size = charsmap.length >= 4 ? view.getUint32(0, true) : Infinity;
  if (size % 4 !== 0 || size > charsmap.length - 4)
    throw new UngrainError('bad-tokenizer', 'The rewriting rules of the tokenizer are damaged.', 'failure');
  const units = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
  const replacements = charsmap.subarray(4 + size);
  const decoder = new TextDecoder();

  /** The longest rule for the bytes from `start` on: how many bytes it takes, and where its replacement begins. */
  function longest(bytes: Uint8Array, start: number): { length: number; at: number } | null {
    let found: { length: number; at: number } | null = null;
    let node = offsetOf(units[0] ?? 0);
    for (let i = start; i < bytes.length; i++) {
      node ^= bytes[i]!;
      const unit = units[node] ?? 0;
      if (labelOf(unit) !== bytes[i]) break;
      node ^= offsetOf(unit);
      if (hasLeaf(unit)) found = { length: i + 1 - start, at: valueOf(units[node] ?? 0) };
    }
    return found;
  }

  return (text) => {
    const bytes = new TextEncoder().encode(text);
    const parts: string[] = [];
    let kept = 0; // what no rule was for since here
    let at = 0;
    while (at < bytes.length) {
      const rule = longest(bytes, at);
      if (!rule) {
        at += lengthOfCharacter(bytes[at]!);
        continue;
      }
      parts.push(decoder.decode(bytes.subarray(kept, at)));
      const end = replacements.indexOf(0, rule.at);
      parts.push(decoder.decode(replacements.subarray(rule.at, end < 0 ? undefined : end)));
      at += rule.length;
      kept = at;
    }
    return parts.join('') + decoder.decode(bytes.subarray(kept));
  };
}

// A unit of the double array holds, by bits: 0–7 its label, 8 whether a rule ends here, 9 whether its offset is in steps of
// 256, 10–30 the offset. In a leaf, bits 0–30 are the value; bit 31 tells leaves, so that no label equals them.
const hasLeaf = (unit: number): boolean => (unit & 0x100) !== 0;
const labelOf = (unit: number): number => (unit & 0x800000ff) >>> 0;
const valueOf = (unit: number): number => unit & 0x7fffffff;
const offsetOf = (unit: number): number => (unit >>> 10) << (unit & 0x200 ? 8 : 0);

/** In bytes of UTF-8, by its first. */
const lengthOfCharacter = (first: number): number => (first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4);
