import { describe, expect, test } from '@jest/globals';
import { crc32 } from './crc32.js';

describe('crc32', () => {
  test('gives the check value of the standard', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });

  test('of nothing is 0', () => {
    expect(crc32(new Uint8Array(0))).toBe(0);
  });
});
