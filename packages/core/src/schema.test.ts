import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { assetOption } from './asset.js';
import { describeOptions, parseOptions } from './schema.js';

const schema = z.strictObject({
  eta: z.number().min(0).max(1).default(0).describe('How much.'),
  steps: z.int().gt(0).optional(),
  mode: z.enum(['fast', 'exact']).default('fast'),
  times: z.array(z.number()).min(1).optional(),
  only: z.literal(1).default(1),
  either: z.union([z.number(), z.boolean()]).optional(),
  list: z.array(z.strictObject({ name: z.string() })).default([]),
  hash: z.string().regex(/^a+$/).optional(),
});

const message = (raw: unknown): string => {
  try {
    parseOptions(schema, raw, "sampler 'x'");
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('parseOptions', () => {
  test('fills in defaults', () => {
    expect(parseOptions(schema, {}, 'x')).toEqual({ eta: 0, mode: 'fast', only: 1, list: [] });
  });

  test.each([
    [{ eta: 2 }, "Option 'eta' of sampler 'x' must be at most 1, not 2."],
    [{ eta: -1 }, "Option 'eta' of sampler 'x' must be at least 0, not -1."],
    [{ eta: NaN }, "Option 'eta' of sampler 'x' must be a number, not NaN."],
    [{ eta: 'much' }, "Option 'eta' of sampler 'x' must be a number, not 'much'."],
    [{ steps: 0 }, "Option 'steps' of sampler 'x' must be more than 0, not 0."],
    [{ steps: 1.5 }, "Option 'steps' of sampler 'x' must be a whole number, not 1.5."],
    [{ mode: 'fats' }, "Option 'mode' of sampler 'x' must be one of 'fast', 'exact', not 'fats'."],
    [{ times: [] }, "Option 'times' of sampler 'x' must be of a length of at least 1, not []."],
    [{ times: [1, 'a'] }, "Option 'times[1]' of sampler 'x' must be a number, not 'a'."],
    [{ only: 2 }, "Option 'only' of sampler 'x' must be 1, not 2."],
    [{ either: 'a' }, "Option 'either' of sampler 'x' must be a number or true or false, not 'a'."],
    [{ list: [{}] }, "Option 'list[0].name' of sampler 'x' is missing: it must be a text."],
    [{ hash: 'b' }, "Option 'hash' of sampler 'x' must be a text that matches /^a+$/, not 'b'."],
    [{ etta: 1 }, "Sampler 'x' has no option 'etta', did you mean 'eta'?"],
    [5, "Sampler 'x' must be an object, not 5."],
  ])('%j: %s', (raw, expected) => {
    expect(message(raw)).toBe(expected);
  });

  test('has a code, and quotes no more of a value than a line', () => {
    expect(() => parseOptions(schema, { eta: 2 }, 'x')).toThrow(
      expect.objectContaining({ code: 'bad-option', kind: 'usage' }),
    );
    expect(message({ eta: 'x'.repeat(1000) }).length).toBeLessThan(150);
  });

  test("a schema's own rule speaks for itself", () => {
    const rule = z.strictObject({ a: z.number(), b: z.number() }).refine(({ a, b }) => a < b, {
      error: 'it must be below b',
      path: ['a'],
    });
    expect(() => parseOptions(rule, { a: 2, b: 1 }, 'the pair')).toThrow(
      "Option 'a' of the pair is wrong: it must be below b.",
    );
  });
});

describe('describeOptions', () => {
  test('lists names, types, bounds, choices, defaults and help', () => {
    expect(describeOptions(schema)).toEqual([
      { name: 'eta', type: 'number', required: false, default: 0, min: 0, max: 1, help: 'How much.' },
      { name: 'steps', type: 'integer', required: false, exclusiveMin: 0, help: '' },
      { name: 'mode', type: 'choice', required: false, default: 'fast', choices: ['fast', 'exact'], help: '' },
      { name: 'times', type: 'numbers', required: false, help: '' },
      { name: 'only', type: 'number', required: false, default: 1, help: '' },
      { name: 'either', type: 'json', required: false, help: '' },
      { name: 'list', type: 'json', required: false, default: [], help: '' },
      { name: 'hash', type: 'text', required: false, help: '' },
    ]);
  });

  test('tells images and masks from texts', () => {
    const masked = z.strictObject({ mask: assetOption().optional().describe('White is new.') });
    expect(describeOptions(masked)).toEqual([{ name: 'mask', type: 'asset', required: false, help: 'White is new.' }]);
    expect(parseOptions(masked, { mask: 'ab'.repeat(32) }, 'x')).toEqual({ mask: 'ab'.repeat(32) });
    expect(() => parseOptions(masked, { mask: 'photo.png' }, 'x')).toThrow("Option 'mask' of x must be a text that");
  });

  test('says what is required, and that other schemas have no options', () => {
    expect(describeOptions(z.strictObject({ a: z.string() }))).toEqual([
      { name: 'a', type: 'text', required: true, help: '' },
    ]);
    expect(describeOptions(z.number())).toEqual([]);
  });
});
