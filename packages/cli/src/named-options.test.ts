import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatNamedOptions, parseNamedOptions } from './named-options.js';

const parse = (text: string) => {
  const { name, options } = parseNamedOptions(text, '--sampler');
  return { name, options: Object.fromEntries(options) };
};

describe('parseNamedOptions', () => {
  test.each([
    ['ddim', { name: 'ddim', options: {} }],
    ['ddim:', null],
    ['ddim:eta=0.5', { name: 'ddim', options: { eta: '0.5' } }],
    ['ddim:eta=0.5,clip=true', { name: 'ddim', options: { eta: '0.5', clip: 'true' } }],
    ['explicit:times=0,0.5,1,clean=false', { name: 'explicit', options: { times: '0,0.5,1', clean: 'false' } }],
    ['views:views=a,skew:factor=2,b', { name: 'views', options: { views: 'a,skew:factor=2,b' } }],
    ['view:text=a:b=c', { name: 'view', options: { text: 'a:b=c' } }],
    [' ddim : eta =1', { name: 'ddim', options: { eta: '1' } }],
    ['a:__proto__=1', { name: 'a', options: Object.fromEntries([['__proto__', '1']]) }],
  ])('%s', (text, expected) => {
    if (expected) expect(parse(text)).toEqual(expected);
    else expect(() => parse(text)).toThrow();
  });

  test.each([
    ['', 'has no name'],
    [':eta=1', 'has no name'],
    ['ddim:eta', "has 'eta' where KEY=VALUE should be"],
    ['ddim:=1', 'has a value without a key'],
    ['ddim:eta=1,eta=2', "gives 'eta' twice"],
    ['ddim:eta=1,', "has '' where KEY=VALUE should be"],
  ])("refuses '%s'", (text, reason) => {
    expect(() => parse(text)).toThrow(`--sampler '${text}' ${reason};`);
  });

  const word = fc.stringMatching(/^[a-z][a-z0-9-]*$/);
  const value = fc.stringMatching(/^[^,=]*(,[^,=]*[^,=\s][^,=]*)*$/);

  test('reads what formatNamedOptions writes', () => {
    fc.assert(
      fc.property(word, fc.uniqueArray(fc.tuple(word, value), { selector: ([key]) => key }), (name, pairs) => {
        const named = { name, options: new Map(pairs) };
        expect(parseNamedOptions(formatNamedOptions(named), '--sampler')).toEqual(named);
      }),
    );
  });

  test('reads or refuses any text, in one sentence', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        try {
          const { name, options } = parseNamedOptions(text, '--sampler');
          expect(name).not.toBe('');
          for (const key of options.keys()) expect(key).not.toBe('');
        } catch (error) {
          expect(error).toMatchObject({ name: 'UngrainError', code: 'bad-flag' });
        }
      }),
    );
  });
});
