import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { filesBelow, locateWeights, openCheckpoint } from '@ungrain/models-deepfloyd';
import { isInt8 } from './encoder-weights.js';

const STAGE1 = fileURLToPath(new URL('../../../models-deepfloyd/fixtures/stage1', import.meta.url));

test('auto is int8 where what is stored is over half of the memory; the others are what they say', async () => {
  const encoder = filesBelow(await openCheckpoint(STAGE1), 'text_encoder');
  const located = [...(await locateWeights(encoder)).values()];
  const bytes = located.reduce((sum, { weight }) => sum + ('length' in weight ? weight.length : 0), 0);
  expect(bytes).toBeGreaterThan(10_000);
  expect(await isInt8(encoder, 'auto', 2 * bytes - 1)).toBe(true);
  expect(await isInt8(encoder, 'auto', 2 * bytes)).toBe(false);
  expect(await isInt8(encoder, 'stored', 1)).toBe(false);
  expect(await isInt8(encoder, 'int8', 1e15)).toBe(true);
});
