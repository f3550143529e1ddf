import { expect, test } from '@jest/globals';
import { parseOptions } from '@ungrain/core';
import { cfgGuidance, explicitSpacing } from '@ungrain/samplers';
import { boundsText, limitsText, readOptionText, readOptionTexts } from './option-text.js';

test.each([
  ['number', '1e-3', 0.001],
  ['number', '', ''],
  ['integer', 'four', 'four'],
  ['boolean', 'true', true],
  ['boolean', 'no', false],
  ['boolean', 'maybe', 'maybe'],
  ['text', '7', '7'],
  ['numbers', '1,0.5,x', [1, 0.5, 'x']],
  ['json', '{"a":[1]}', { a: [1] }],
  ['json', '{', '{'],
] as const)('%s: %s', (type, text, value) => expect(readOptionText({ type }, text)).toEqual(value));

test("texts become what a plugin's schema takes", () => {
  const texts = new Map([
    ['times', '0,0.5'],
    ['clean', 'false'],
  ]);
  expect(parseOptions(explicitSpacing.options, readOptionTexts(explicitSpacing.options, texts), 'x')).toEqual({
    times: [0, 0.5],
    clean: false,
    quantity: 'ratio',
    repeats: false,
  });
});

test('what does not fit is left for the schema to refuse', () => {
  const raw = readOptionTexts(cfgGuidance.options, new Map([['scal', '3']]));
  expect(() => parseOptions(cfgGuidance.options, raw, "guidance 'cfg'")).toThrow("did you mean 'scale'?");
});

test('limits as people read them', () => {
  const option = { name: 'x', type: 'number', required: false, help: '' } as const;
  expect(boundsText(option)).toBe('');
  expect(boundsText({ ...option, min: 1, max: 9 })).toBe('1 to 9');
  expect(boundsText({ ...option, exclusiveMin: 0, max: 1 })).toBe('above 0, at most 1');
  expect(limitsText({ ...option, choices: ['a', 'b'], default: 'a' })).toBe('one of a, b; default a');
});
