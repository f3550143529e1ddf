/**
 * A text with each UTF-16 unit outside ASCII as `\uXXXX`, which leaves JSON the same JSON. (Without the u flag a pattern
 * matches units, which is how JSON counts them too.)
 */
export const toAscii = (text: string): string =>
  text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
