import { UngrainError } from '@ungrain/core';

/** Stops reading a file, with the reason as the end of a sentence: `its header ends before its last brace`. */
export type Refuse = (reason: string) => never;

/**
 * How a reader refuses a file: with an UngrainError `bad-safetensors`, `bad-idx` … that names the file and the reason.
 * Text of the file itself never becomes part of the message unquoted or at length; see `quoted`.
 */
export function refusal(format: keyof typeof NAMES, file = 'The data'): Refuse {
  return (reason) => {
    throw new UngrainError(`bad-${format}`, `${file} cannot be read as ${NAMES[format]}: ${reason}.`, 'failure');
  };
}

const NAMES = { safetensors: 'safetensors', idx: 'IDX', torch: 'a PyTorch file', onnx: 'ONNX' };

/** A name from a file as messages show it: escaped, and cut if it is long. */
export const quoted = (text: string): string =>
  text.length > 60 ? `${JSON.stringify(text.slice(0, 60))}…` : JSON.stringify(text);
