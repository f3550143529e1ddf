import { z } from 'zod';
import type { NoiseLevel } from './noise-level.js';
import type { Move } from './sampler.js';
import { parseState, type State } from './state.js';
import { sizeOf, type Tensor } from './tensor.js';

/**
 * A run between two steps: a value, like any `State`, so that one state may be saved, restored, and continued in several
 * ways (branching).
 */
export type RunState = {
  /** Of the next move. */
  readonly index: number;
  readonly moves: readonly Move[];
  /** The level of x. */
  readonly from: NoiseLevel;
  readonly x: Tensor;
  /** See `Model.align`. */
  readonly aligned: Tensor | null;
  readonly sampler: State;
  /** One for each guidance of the run, `null` for those that remember nothing. */
  readonly guidances: readonly State[];
  readonly noise: State;
};

/** A float32 tensor in a saved state. */
export const tensorSchema = z.custom<Tensor>((value) => {
  const { data, shape } = (value ?? {}) as Partial<Tensor>;
  return data instanceof Float32Array && Array.isArray(shape) && sizeOf(shape as number[]) === data.length;
}, 'not a float32 tensor');

/** A noise level in a saved state. */
export const levelSchema = z.strictObject({ time: z.number(), alpha: z.number().min(0), sigma: z.number().min(0) });

const saved = z.custom<State>((value) => value !== undefined, 'missing');

const runStateSchema: z.ZodType<RunState> = z
  .strictObject({
    index: z.int().min(0),
    moves: z.array(z.strictObject({ do: z.enum(['solve', 'renoise']), to: levelSchema })),
    from: levelSchema,
    x: tensorSchema,
    aligned: tensorSchema.nullable(),
    sampler: saved,
    guidances: z.array(saved),
    noise: saved,
  })
  .refine(({ index, moves }) => index <= moves.length, 'It is past its last move');

/**
 * A state that came from elsewhere, checked.
 * @throws UngrainError `bad-state`
 */
export function parseRunState(state: unknown): RunState {
  return parseState(runStateSchema, state, 'The run');
}
