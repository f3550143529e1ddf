import { UngrainError } from '../errors.js';
import type { State } from '../state.js';
import type { Shape, Tensor } from '../tensor.js';

/**
 * Which noise is wanted. Two users of the same step name different slots, so that neither gets the other's noise and
 * adding one changes nothing for the other.
 */
export interface NoiseKey {
  /** Who asks, and for what: `start`, `sampler`, `inpaint` … */
  readonly slot: string;
  /** The step of the run that it is for: an integer of 32 bits with sign. */
  readonly step: number;
  /** Counts the draws of one slot in one step, from 0: an integer of 32 bits with sign. */
  readonly draw: number;
}

/**
 * Where a run's noise comes from. It is asked for by key, never as 'the next numbers': asked again with the same key and
 * shape, every source gives the same noise again.
 */
export interface NoiseSource {
  /**
   * Standard normal noise; images are [N, C, H, W], a row for each sample.
   * @throws UngrainError `bad-noise-key` if step or draw is no integer of 32 bits
   */
  normal(key: NoiseKey, shape: Shape): Tensor;
  /** All that the source needs to go on from here. */
  save(): State;
  /** Goes on from a state that a source of the same kind saved. @throws UngrainError `bad-state` */
  restore(state: State): void;
}

/**
 * The key as a string, `sampler/12/0`: distinct keys have distinct names.
 * @throws UngrainError `bad-noise-key` if step or draw is no integer of 32 bits
 */
export function noiseKeyName({ slot, step, draw }: NoiseKey): string {
  if ((step | 0) !== step || (draw | 0) !== draw)
    throw new UngrainError(
      'bad-noise-key',
      `Noise for '${slot}' was asked for at step ${step}, draw ${draw}: both are integers of 32 bits.`,
    );
  return `${slot}/${step}/${draw}`;
}

/** The error of a source that was asked for a key again, in another shape. */
export function noiseShapeMismatch(name: string, given: string, known: string): UngrainError {
  return new UngrainError(
    'noise-shape-mismatch',
    `The noise '${name}' has the shape ${known}, but was asked for in the shape ${given}.`,
  );
}
