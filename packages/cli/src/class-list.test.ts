import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseClassList } from './class-list.js';

test.each([
  ['7', [7]],
  ['3,7', [3, 7]],
  ['0..3', [0, 1, 2, 3]],
  ['7, 1..2,7', [7, 1, 2, 7]],
])('%s', (text, classes) => expect(parseClassList(text)).toEqual(classes));

test.each([
  '',
  'a',
  '-1',
  '1.5',
  '3..1',
  '0..',
  '1,,2',
  '0..1000000000',
  '99999999999999999999..99999999999999999999999',
])("refuses '%s' in one sentence", (text) =>
  expect(() => parseClassList(text)).toThrow(/^--class '.*' is no list of classes: [^\n]+\.$/),
);

test('never takes long or gives much', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9.,]{0,20}$/), (text) => {
      try {
        expect(parseClassList(text).length).toBeLessThanOrEqual(4096);
      } catch (error) {
        expect(error).toMatchObject({ code: 'bad-flag' });
      }
    }),
  );
});
