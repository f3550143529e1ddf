/**
 * Regular expressions as Python's `re` understands them for text: `\w`, `\d`, `\s` and `\b` go by Unicode's properties, and
 * not by ASCII as in JavaScript. Only what the rules here use is translated: those four, `\S` and `\D`, outside of classes
 * and, but for `\b`, in them.
 */
export function pythonRegExp(pattern: string, flags = ''): RegExp {
  let inClass = false;
  const translated = pattern.replace(/\\?[^]/gu, (token) => {
    if (token === '[' && !inClass) inClass = true;
    else if (token === ']' && inClass) inClass = false;
    const known = (inClass ? IN_CLASSES : OUTSIDE)[token];
    return known ?? token;
  });
  return new RegExp(translated, `${flags}u`);
}

const WORD = '\\p{L}\\p{N}_';
const DIGIT = '\\p{Nd}';
/** str.isspace(): JavaScript's `\s` has the byte order mark too, and lacks the separators of files and lines. */
const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const IN_CLASSES: Readonly<Record<string, string>> = { '\\w': WORD, '\\d': DIGIT, '\\s': SPACE };
const OUTSIDE: Readonly<Record<string, string>> = {
  '\\w': `[${WORD}]`,
  '\\d': `[${DIGIT}]`,
  '\\D': `[^${DIGIT}]`,
  '\\s': `[${SPACE}]`,
  '\\S': `[^${SPACE}]`,
  '\\b': `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`,
};

const EDGES = pythonRegExp('^\\s+|\\s+$', 'g');

/** str.strip() */
export const strip = (text: string): string => text.replace(EDGES, '');
