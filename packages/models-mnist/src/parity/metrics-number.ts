import { attempt, type ParityCheck } from '@ungrain/core/parity';
import { z } from 'zod';

/** A number, which JSON cannot always write. */
export const numberSchema = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)]);

/** |actual − expected|, 0 where both are the same infinity. */
export const near = (name: string, compute: () => number, expected: number, tolerance: number): ParityCheck =>
  attempt(name, () => {
    const actual = compute();
    const error = Object.is(actual, expected) || actual === expected ? 0 : Math.abs(actual - expected);
    return { name, error, tolerance, note: `${actual} instead of ${expected}` };
  });
