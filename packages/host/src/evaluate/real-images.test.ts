import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { splitReal } from './real-images.js';

const classesOf = (labels: readonly number[], items: Uint32Array): readonly number[] =>
  Array.from(items, (item) => labels[item]!);

test('the parts are disjoint, and of the classes of the samples', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 8, minLength: 1 }), fc.nat(20), (asked, more) => {
      const labels = [...asked, ...asked, ...Array.from({ length: more }, (_, i) => i % 4)];
      const { reference, floor } = splitReal(labels, asked);
      expect(classesOf(labels, floor)).toEqual(asked);
      expect(reference.length % asked.length).toBe(0);
      for (let round = 0; round < reference.length; round += asked.length)
        expect(classesOf(labels, reference.subarray(round, round + asked.length))).toEqual(asked);
      expect(new Set([...reference, ...floor]).size).toBe(reference.length + floor.length);
    }),
  );
});

test('the reference takes all whole rounds that there are', () => {
  const labels = Array.from({ length: 70 }, (_, i) => i % 2);
  expect(splitReal(labels, [0, 1, 0, 1]).reference.length).toBe(64);
});

test('too few images of a class are refused', () => {
  expect(() => splitReal([0, 0, 1], [0, 1])).toThrow('need 2 real test images of class 1, and there are 1');
});
