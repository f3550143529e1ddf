import { decodeHTML } from 'entities';

/** What these hold is no text of the page. */
const HIDDEN = new Set(['script', 'style', 'template']);

/** Those whose contents are not looked at for tags. */
const RAW = new Set(['script', 'style']);

/**
 * The text of a piece of HTML without tags and comments, entities decoded: what BeautifulSoup's `.text` is with Python's
 * `html.parser`. Captions are hardly HTML, and so the rules for what is none matter: a tag or an entity that the text ends
 * within stays as it is, `< b` is text, and an entity that nobody knows loses its semicolon.
 */
export function htmlText(html: string): string {
  const parts: string[] = [];
  const open: string[] = [];
  let raw: string | null = null;
  let at = 0;
  const give = (text: string): void => {
    if (!open.some((name) => HIDDEN.has(name))) parts.push(text);
  };
  const here = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(html);
  };

  while (at < html.length) {
    if (raw !== null) {
      const close = html.toLowerCase().indexOf(`</${raw}`, at);
      if (close < 0) break; // what never ends is never shown
      raw = null;
      at = close;
    }
    const text = here(TEXT)![0];
    give(text);
    at += text.length;
    if (at === html.length) break;
    const entity = here(CHARACTER) ?? here(ENTITY);
    if (entity) {
      give(entity[0].startsWith('&#') ? character(entity[1]!) : named(entity[1]!));
      at += entity[0].length;
    } else if (html[at] === '&') {
      const [start = '&'] = here(UNFINISHED) ?? [];
      const rest = start === '&' || (start === '&#' && html.includes(';', at)) ? start : html.slice(at);
      give(rest);
      at += rest.length;
    } else {
      const markup = here(TAG) ?? here(END_TAG) ?? here(COMMENT) ?? here(DECLARATION);
      const [whole = unmarked(html, at)] = markup ?? [];
      if (!markup) give(whole);
      else if (markup.groups?.['tag']) {
        const tag = markup.groups['tag'].toLowerCase();
        if (!whole.endsWith('>')) give(whole);
        else if (!whole.endsWith('/>')) {
          if (HIDDEN.has(tag)) open.push(tag);
          if (RAW.has(tag)) raw = tag;
        }
      } else if (markup.groups?.['end']) {
        const place = open.lastIndexOf(markup.groups['end'].toLowerCase());
        if (place >= 0) open.splice(place);
      }
      at += whole.length;
    }
  }
  return parts.join('');
}

/** Text up to what may be markup. */
const TEXT = /[^&<]*/y;
const CHARACTER = /&#([0-9]+|[xX][0-9a-fA-F]+)(?:;|(?=[^0-9a-fA-F;]))/y;
const ENTITY = /&([a-zA-Z][-.a-zA-Z0-9]*)(?:;|(?=[^a-zA-Z0-9;]))/y;
/** The beginning of what is no entity: of one that goes on to the end of the text, or of a number that is none. */
const UNFINISHED = /&[a-zA-Z#]/y;

const NAME = '[a-zA-Z][^\\t\\n\\r\\f />\\0]*';
const VALUE = `\\s*=+\\s*(?:'[^']*'|"[^"]*"|(?!['"])[^>\\s]*)\\s*`;
const ATTRIBUTE = `(?<=['"\\s/])[^\\s/>][^\\s/=>]*(?:${VALUE})?(?:\\s|/(?!>))*`;
/** All of a tag but its end, without going back: what looks like an attribute is one. */
const TAG_HEAD = `(?=(?<head><(?<tag>${NAME})(?:[\\s/]*(?:${ATTRIBUTE})*)?\\s*))\\k<head>`;
/** Ends before what cannot belong to a tag, if that is neither the end of the text nor could go on. */
const TAG = new RegExp(`${TAG_HEAD}(?:/?>|(?=[^a-zA-Z=/>]))`, 'y');
const END_TAG = new RegExp(`</(?:\\s*(?<end>[a-zA-Z][-.a-zA-Z0-9:_]*)[^>]*>|[^>]*>)`, 'y');
const COMMENT = /<!--[^]*?--\s*>/y;
const DECLARATION = /<[!?][^>]*>/y;

/** A `<` that begins nothing, alone; the beginning of markup that the text ends within, up to the next `<`. */
function unmarked(html: string, at: number): string {
  if (!/^<[a-zA-Z/!?]/.test(html.slice(at, at + 2))) return '<';
  const close = html.indexOf('>', at + 1);
  if (close >= 0) return html.slice(at, close + 1);
  const next = html.indexOf('<', at + 1);
  return html.slice(at, next < 0 ? at + 1 : next);
}

/** By its number; below 256 as Windows-1252 has it. */
function character(number: string): string {
  const code = /^x/i.test(number) ? Number.parseInt(number.slice(1), 16) : Number(number);
  if (code < 256) return new TextDecoder('windows-1252').decode(Uint8Array.of(code));
  return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
}

function named(name: string): string {
  const entity = `&${name};`;
  const decoded = decodeHTML(entity);
  return decoded.endsWith(';') && decoded !== ';' ? `&${name}` : decoded;
}
