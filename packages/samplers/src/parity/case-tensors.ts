import { UngrainError, type NoiseSource, type Tensor, type Value } from '@ungrain/core';
import type { ParitySource } from '@ungrain/core/parity';

/** The tensors beside an index, as float32, by name; `null` if there is none. */
export type CaseTensors = (name: string) => Tensor | null;

export async function caseTensors(source: ParitySource, path: string): Promise<CaseTensors> {
  const values = await source.tensors(path.replace(/json$/, 'safetensors'));
  return (name) => {
    const value = values.get(name);
    return value ? toFloat32(value) : null;
  };
}

const toFloat32 = ({ data, shape }: Value): Tensor => ({ data: Float32Array.from(data, Number), shape });

/** @throws UngrainError `bad-reference` if it is not there */
export function required(tensors: CaseTensors, name: string): Tensor {
  const found = tensors(name);
  if (found) return found;
  throw new UngrainError('bad-reference', `The tensor '${name}' should be there.`);
}

/** The entries of the first dimension. */
export function entriesOf({ data, shape: [count = 0, ...rest] }: Tensor): readonly Tensor[] {
  const size = data.length / Math.max(1, count);
  return Array.from({ length: count }, (_, i) => ({ data: data.subarray(i * size, (i + 1) * size), shape: rest }));
}

/** Recorded noise in the order in which a run asks for it, its start first. */
export function noiseInOrder(start: Tensor, drawn: readonly Tensor[]): NoiseSource {
  const rest = [start, ...drawn];
  return {
    normal({ slot, step }) {
      const next = rest.shift();
      if (next) return next;
      throw new UngrainError('unknown-noise', `No noise is left for '${slot}' at step ${step}.`);
    },
    save: () => null,
    restore: () => undefined,
  };
}

/** `component a` and `component b` are conditions of the model, `mixture` is none. */
export const conditionOf = (text: string): 'a' | 'b' | undefined => {
  if (text === 'mixture') return undefined;
  if (text === 'component a') return 'a';
  if (text === 'component b') return 'b';
  throw new UngrainError('bad-reference', `The reference's '${text}' is no condition known here.`);
};
