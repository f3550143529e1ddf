import { UngrainError } from '@ungrain/core';
import { Option } from 'commander';

/** A flag with a whole number. @throws UngrainError `bad-flag` when a number outside the bounds is parsed */
export function wholeNumberFlag(
  flag: string,
  help: string,
  { min, max }: { readonly min: number; readonly max: number },
): Option {
  return new Option(`${flag} <n>`, `${help} (${min} to ${max})`).argParser((text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    throw new UngrainError(
      'bad-flag',
      `${flag} must be a whole number from ${min} to ${max}, not ${quote(text, value)}.`,
    );
  });
}

const quote = (text: string, value: number): string => (Number.isFinite(value) ? text : `'${text}'`);

export const jsonFlag = (): Option => new Option('--json', 'print the result as JSON');

export const weightsFlag = (): Option =>
  new Option('--weights <file>', 'other weights of the same network, as safetensors');
