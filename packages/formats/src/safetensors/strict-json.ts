import { quoted, type Refuse } from '../refusal.js';
import { LARGEST_RANK } from './limits.js';

/** What a safetensors header is made of; objects are maps, so that no name can reach a prototype. */
export type StrictJson = string | number | boolean | null | readonly StrictJson[] | ReadonlyMap<string, StrictJson>;

/** The header, an entry, a list: nothing in the format lies deeper. */
const DEEPEST = 3;
/** Lists are shapes and offsets. */
const LONGEST_LIST = LARGEST_RANK;
/** Digits of 2⁵³. */
const LONGEST_NUMBER = 16;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;
const FIRST_SURROGATE = 0xd800;
const LONE_SURROGATE = /\p{Surrogate}/u;
const LITERALS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;

/**
 * Parses an object of JSON more strictly than JSON.parse: it begins with the first character, keys are unique (however
 * they are escaped), numbers are whole, without sign, below 2⁵³ and written plainly, strings are well-formed Unicode.
 * White space may follow the object.
 */
export function parseStrictJson(text: string, refuse: Refuse): ReadonlyMap<string, StrictJson> {
  let at = 0;
  if (text[0] !== '{') refuse("its header does not begin with '{'");
  const object = readObject(1);
  skipSpace();
  if (at < text.length) refuse('something follows the JSON of its header');
  return object;

  function readValue(depth: number): StrictJson {
    const first = text[at];
    if (depth > DEEPEST && (first === '{' || first === '[')) refuse('its header is nested too deeply');
    if (first === '{') return readObject(depth);
    if (first === '[') return readArray(depth);
    if (first === '"') return readString();
    if (first !== undefined && (isDigit(at) || first === '-')) return readNumber();
    const [word, value] = LITERALS.find(([name]) => text.startsWith(name, at)) ?? refuseCharacter();
    at += word.length;
    return value;
  }

  function readObject(depth: number): ReadonlyMap<string, StrictJson> {
    const members = new Map<string, StrictJson>();
    readList('}', () => {
      if (text[at] !== '"') refuseCharacter();
      const key = readString();
      if (members.has(key)) refuse(`its header has the key ${quoted(key)} twice`);
      skipSpace();
      if (text[at] !== ':') refuseCharacter();
      at++;
      skipSpace();
      members.set(key, readValue(depth + 1));
    });
    return members;
  }

  function readArray(depth: number): readonly StrictJson[] {
    const items: StrictJson[] = [];
    readList(']', () => {
      if (items.length === LONGEST_LIST) refuse(`its header has a list of more than ${LONGEST_LIST} items`);
      items.push(readValue(depth + 1));
    });
    return items;
  }

  /** From an opening bracket to its closing one: items separated by commas. */
  function readList(close: string, readItem: () => void): void {
    at++;
    skipSpace();
    if (text[at] === close) {
      at++;
      return;
    }
    for (;;) {
      readItem();
      skipSpace();
      const separator = text[at];
      if (separator !== ',' && separator !== close) refuseCharacter();
      at++;
      if (separator === close) return;
      skipSpace();
    }
  }

  function readString(): string {
    const start = at++;
    let plain = true;
    for (; at < text.length && text[at] !== '"'; at++) {
      const code = text.charCodeAt(at);
      if (code === BACKSLASH) at++;
      if (code === BACKSLASH || code < FIRST_PRINTABLE || code >= FIRST_SURROGATE) plain = false;
    }
    at++;
    return plain && at <= text.length ? text.slice(start + 1, at - 1) : decodeString(start);
  }

  /** The string from a quotation mark to the current place, with escapes and surrogates: the slow path. */
  function decodeString(start: number): string {
    let string: string;
    try {
      string = JSON.parse(text.slice(start, at)) as string;
    } catch {
      return refuse(`its header has an invalid string at character ${start}`);
    }
    if (LONE_SURROGATE.test(string)) refuse(`its header has half a surrogate pair at character ${start}`);
    return string;
  }

  function readNumber(): number {
    const start = at;
    while (isDigit(at)) at++;
    const number = at - start > LONGEST_NUMBER ? Infinity : Number(text.slice(start, at));
    const plain = at > start && (text[start] !== '0' || at === start + 1) && !isFraction(text[at]);
    if (!plain || number > Number.MAX_SAFE_INTEGER)
      refuse(`the number at character ${start} of its header is no plain whole number of 0 … 2^53`);
    return number;
  }

  function isFraction(following: string | undefined): boolean {
    return following === '.' || following === 'e' || following === 'E';
  }

  function isDigit(index: number): boolean {
    const code = text.charCodeAt(index);
    return code >= 48 && code <= 57;
  }

  function skipSpace(): void {
    while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  }

  function refuseCharacter(): never {
    if (at >= text.length) refuse('its header ends too early');
    return refuse(`its header is no JSON at character ${at}`);
  }
}
