import { expect, test } from '@jest/globals';
import { encodePng } from '@ungrain/media';
import { parseRunSpec } from '@ungrain/core';
import { comparePictures, differences } from './run-diff.js';
import type { RecordedFile } from './run-record.js';

test('differences are named by their place, lists of simple values as a whole', () => {
  const a = { steps: 10, guidance: [{ name: 'cfg', options: { scale: 1 } }], conditions: [1, 2], same: { x: [1] } };
  const b = {
    steps: 20,
    guidance: [{ name: 'cfg', options: { scale: 2 } }],
    conditions: [1, 3],
    same: { x: [1] },
    new: 0,
  };
  expect(differences(a, b)).toEqual([
    { path: 'steps', a: 10, b: 20 },
    { path: 'guidance[0].options.scale', a: 1, b: 2 },
    { path: 'conditions', a: [1, 2], b: [1, 3] },
    { path: 'new', a: undefined, b: 0 },
  ]);
  expect(differences(a, a)).toEqual([]);
  expect(differences([{ a: 1 }], [{ a: 1 }, { b: 2 }])).toEqual([{ path: '[1]', a: undefined, b: { b: 2 } }]);
});

test('pictures are compared by their values', async () => {
  const spec = parseRunSpec({ model: 'm', sampler: { name: 's' }, spacing: { name: 's' }, steps: 1 });
  const file = (...data: number[]): RecordedFile => ({
    record: { spec, shown: {}, assets: new Map() },
    format: 'png',
    bytes: encodePng({ data: Uint8Array.from(data), width: data.length, height: 1, channels: 1 }),
  });
  expect(await comparePictures(file(1, 2, 3), file(1, 12, 2))).toMatchObject({ values: 3, different: 2, largest: 10 });
  expect(await comparePictures(file(1), file(1, 2))).toMatchObject({
    sizes: ['1 × 1, grey', '2 × 1, grey'],
    values: null,
  });
  expect(await comparePictures(file(1), { ...file(1), format: 'gif' })).toBeNull();
});
