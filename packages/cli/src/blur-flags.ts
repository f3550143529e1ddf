import { UngrainError } from '@ungrain/core';
import type { BlurOptions } from '@ungrain/samplers';
import { Option } from 'commander';

export interface BlurFlags {
  readonly kernel: number;
  readonly sigma: number;
}

/** Digits are small: a blur of one pixel takes about as much noise away as detail. */
const DEFAULTS: BlurOptions = { kernel: 5, sigma: 1 };

const positive = (flag: string) => (text: string) => {
  const value = Number(text);
  if (value > 0 && value <= 255) return value;
  throw new UngrainError('bad-flag', `${flag} is a number above 0, at most 255, not '${text}'.`);
};

export const blurFlags = ({ kernel, sigma } = DEFAULTS): readonly Option[] => [
  new Option('--kernel <n>', 'width of the blur in pixels, odd').argParser(positive('--kernel')).default(kernel),
  new Option('--sigma <number>', 'deviation of the blur in pixels').argParser(positive('--sigma')).default(sigma),
];
