import { UngrainError } from '@ungrain/core';
import type { Pair } from '../operators/convolution.js';

/** A case's attributes, read by name and type. A reader without a fallback refuses a missing attribute. */
export class Attributes {
  constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  has(name: string): boolean {
    return this.values[name] !== undefined && this.values[name] !== null;
  }

  number(name: string, fallback?: number): number {
    return this.read(name, fallback, (value): value is number => typeof value === 'number', 'a number');
  }

  flag(name: string, fallback: boolean): boolean {
    return this.read(name, fallback, (value): value is boolean => typeof value === 'boolean', 'true or false');
  }

  text(name: string, fallback?: string): string {
    return this.read(name, fallback, (value): value is string => typeof value === 'string', 'text');
  }

  numbers(name: string): readonly number[] {
    const value = this.values[name];
    return typeof value === 'number' ? [value] : this.read(name, undefined, isNumbers, 'numbers');
  }

  /** One number for both directions, or (height, width). */
  pair(name: string, fallback?: Pair): Pair {
    const value = this.values[name];
    if (typeof value === 'number') return [value, value];
    const isPair = (x: unknown): x is Pair => isNumbers(x) && x.length === 2;
    return this.read(name, fallback, isPair, 'a number or two');
  }

  private read<T>(name: string, fallback: T | undefined, is: (value: unknown) => value is T, what: string): T {
    const value = this.has(name) ? this.values[name] : fallback;
    if (is(value)) return value;
    throw new UngrainError('bad-reference', `Attribute '${name}' should be ${what}, not ${JSON.stringify(value)}.`);
  }
}

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((x) => typeof x === 'number');
