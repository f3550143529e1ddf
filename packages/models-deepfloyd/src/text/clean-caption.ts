import { decodeHTML } from 'entities';
import { fixText } from './fix-text.js';
import { htmlText } from './html-text.js';
import { pythonRegExp, strip } from './python-regexp.js';

/** Every match of the pattern becomes the replacement. */
type Rule = readonly [pattern: string, replacement: string];

const DOMAIN = '[a-zA-Z0-9.\\-]+[.](?:com|co|ru|net|org|edu|gov|it)[\\w/\\-]*\\b/?(?!@)';
const FILE_TYPES = 'png|jpg|jpeg|bmp|webp|eps|pdf|apk|mp4';
const DASHES =
  '\\u002D\\u058A\\u05BE\\u1400\\u1806\\u2010-\\u2015\\u2E17\\u2E1A\\u2E3A\\u2E3B\\u2E40\\u301C\\u3030\\u30A0\\uFE31\\uFE32\\uFE58\\uFE63\\uFF0D';

const PEOPLE_AND_LINKS: readonly Rule[] = [
  ['<person>', 'person'],
  [`\\b((?:https?:(?:/{1,3}|[a-zA-Z0-9%])|${DOMAIN}))`, ''],
  [`\\b((?:www:(?:/{1,3}|[a-zA-Z0-9%])|${DOMAIN}))`, ''],
];

const SIGNS: readonly Rule[] = [
  ['@[\\w\\d]+\\b', ''], // @nickname
  ['[\\u31c0-\\u31ef]+', ''], // strokes of CJK characters
  ['[\\u31f0-\\u31ff]+', ''], // small katakana
  ['[\\u3200-\\u32ff]+', ''], // enclosed CJK letters
  ['[\\u3300-\\u33ff]+', ''], // CJK compatibility
  ['[\\u3400-\\u4dbf]+', ''], // CJK extension A
  ['[\\u4dc0-\\u4dff]+', ''], // hexagrams
  ['[\\u4e00-\\u9fff]+', ''], // CJK
  [`[${DASHES}]+`, '-'],
  ['[`´«»“”¨]', '"'],
  ['[‘’]', "'"],
  ['&quot;?', ''],
  ['&amp', ''],
  ['\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}', ' '], // an internet address
  ['\\d:\\d\\d\\s+$', ''],
  ['\\\\n', ' '], // a line break, spelt out
  ['#\\d{1,3}\\b', ''],
  ['#\\d{5,}\\b', ''],
  ['\\b\\d{6,}\\b', ''],
  [`[\\S]+\\.(?:${FILE_TYPES})`, ''],
  ['["\']{2,}', '"'],
  ['[\\.]{2,}', ' '],
  ['[#®•©™&@·º½¾¿¡§~\\)\\(\\]\\[\\}\\{\\|\\\\/\\*]{1,}', ' '],
  ['\\s+\\.\\s+', ' '],
];

const WORDS: readonly Rule[] = [
  ['\\b[a-zA-Z]{1,3}\\d{3,15}\\b', ''], // jc6640
  ['\\b[a-zA-Z]+\\d+[a-zA-Z]+\\b', ''], // jc6640vc
  ['\\b\\d+[a-zA-Z]+\\d+\\b', ''], // 6640vc231
  ['(worldwide\\s+)?(free\\s+)?shipping', ''],
  ['(free\\s)?download(\\sfree)?', ''],
  ['\\bclick\\b\\s(?:for|on)\\s\\w+', ''],
  [`\\b(?:${FILE_TYPES})(\\simage[s]?)?`, ''],
  ['\\bpage\\s+\\d+\\b', ''],
  ['\\b\\d*[a-zA-Z]+\\d+[a-zA-Z]+\\d+[a-zA-Z\\d]*\\b', ' '], // j2d1a2a
  ['\\b\\d+\\.?\\d*[xх×]\\d+\\.?\\d*\\b', ''], // 1920x1080
  ['\\b\\s+:\\s+', ': '],
  ['(\\D[,\\./])\\b', '$1 '],
  ['\\s+', ' '],
];

const ENDS: readonly Rule[] = [
  ['^["\']([^]+)["\']$', '$1'],
  ["^['_,\\-:;]", ''],
  ["['_,\\-:\\-+]$", ''],
  ['^\\.\\S+$', ''],
];

const compile = (rules: readonly Rule[]): ((text: string) => string) => {
  const compiled = rules.map(([pattern, replacement]) => [pythonRegExp(pattern, 'g'), replacement] as const);
  return (text) => compiled.reduce((changed, [pattern, replacement]) => changed.replace(pattern, replacement), text);
};

const withoutLinks = compile(PEOPLE_AND_LINKS);
const withoutSigns = compile(SIGNS);
const withoutProducts = compile(WORDS);
const withoutEnds = compile(ENDS);
const JOINTS = /[-_]/g;

/**
 * A caption as DeepFloyd IF was trained to see it: in lower case, without links, nicknames, Chinese characters, prices and
 * file names; the rules of `deepfloyd_if/modules/t5.py` (deep-floyd/IF), which diffusers' pipelines follow too.
 */
export function cleanCaptionOnce(caption: string): string {
  const plain = withoutSigns(htmlText(withoutLinks(strip(unquotePlus(caption)).toLowerCase())));
  const joined = (plain.match(JOINTS) ?? []).length > 3 ? plain.replace(JOINTS, ' ') : plain; // this-is-my-cute-cat
  return strip(withoutEnds(withoutProducts(unescapeHtml(unescapeHtml(fixText(joined))))));
}

/** As the pipelines do: twice, since what the first pass lays bare the second takes away. */
export const cleanCaption = (caption: string): string => cleanCaptionOnce(cleanCaptionOnce(caption));

/** What a prompt becomes where it is not cleaned. */
export const plainCaption = (caption: string): string => strip(caption.toLowerCase());

const unescapeHtml = (text: string): string => decodeHTML(text);

/** urllib's unquote_plus: `+` for a space, `%C3%A9` for é; bytes that are no UTF-8 become the replacement character. */
function unquotePlus(text: string): string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return text.replaceAll('+', ' ').replace(/(?:%[0-9a-fA-F]{2})+/g, (escapes) => {
    const bytes = Uint8Array.from(escapes.slice(1).split('%'), (pair) => Number.parseInt(pair, 16));
    return decoder.decode(bytes);
  });
}
