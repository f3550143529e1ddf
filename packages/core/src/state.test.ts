import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { parseState } from './state.js';

describe('parseState', () => {
  const schema = z.object({ step: z.int() });

  test('returns what fits the schema', () => {
    expect(parseState(schema, { step: 3 }, 'The run')).toEqual({ step: 3 });
  });

  test('says whose state it is, and where it is wrong', () => {
    expect(() => parseState(schema, { step: 'x' }, 'The run')).toThrow(
      expect.objectContaining({ code: 'bad-state', message: expect.stringMatching(/^The run .*step/s) }),
    );
  });
});
