import { z } from 'zod';
import type { MersenneTwisterState } from './mersenne-twister.js';

/** The engine checks its own part. */
export const stateSchema = z.object({
  engine: z.unknown(),
  cachedNormal: z.number().nullable(),
});

/** Everything that decides what a TorchGenerator draws next, as JSON. */
export type TorchGeneratorState = {
  readonly engine: MersenneTwisterState;
  /** The second value of the last pair of a small `randn`, kept for the next small `randn`. */
  readonly cachedNormal: number | null;
};

/** A place in the sequence of a seed: smaller than a state, but getting back to it takes a second or two per 10⁹ draws. */
export type TorchGeneratorPosition = {
  /** The 32-bit numbers drawn since the seed. */
  readonly drawn: number;
  readonly cachedNormal: number | null;
};
