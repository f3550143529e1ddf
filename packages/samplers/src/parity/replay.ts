import {
  run,
  UngrainError,
  zeros,
  type ConfiguredGuidance,
  type Guidance,
  type Model,
  type NoiseLevel,
  type NoiseSource,
  type RunPlan,
  type Shape,
  type Tensor,
} from '@ungrain/core';
import { brokenCheck, failedCheck, type ParityCheck } from '@ungrain/core/parity';
import { z } from 'zod';

/** A run of another library, step by step. */
export interface Recording {
  readonly name: string;
  /** The state before the first step, and after each call of the model: [calls + 1][elements]. */
  readonly states: readonly Float64Array[];
  /** The noise that was added, in order, and after how many calls of the model each of it was. */
  readonly noise: readonly { readonly after: number; readonly value: Tensor }[];
  /** Where the model was called. */
  readonly calls: readonly { readonly alpha: number; readonly sigma: number }[];
  /** The level that the model goes by, where that is not the one that it is told but, say, that of its time. */
  readonly seen?: (level: NoiseLevel) => NoiseLevel;
  /** What one unit of its state is at a level in the model's coordinates: α where it counts in x/α. */
  readonly scale: (level: NoiseLevel) => number;
  /** |got − x_k| ≤ state · max(1, max|x_k|); σ/α of each call alike, by `level`. */
  readonly tolerance: { readonly state: number; readonly level: number };
}

/**
 * Runs a plan through core's loop from the recorded start and with the recorded noise, and compares the state after each
 * step, and in the end the levels at which the model was called. A step of ours may call the model several times; its
 * result is compared with the recorded state after that many calls.
 */
export async function* replay(plan: RunPlan, recording: Recording): AsyncIterable<ParityCheck> {
  const { name, states, scale, tolerance } = recording;
  const counted = countCalls(plan.model, recording.seen);
  const callsBefore = [0];
  const guidances = [...plan.guidances, startAt(states[0]!, scale(plan.levels[0]!))];
  const noise = noiseOf(recording, callsBefore);
  try {
    for await (const { index, x, to } of run({ ...plan, model: counted.model, guidances, noise })) {
      const after = counted.levels.length;
      callsBefore.push(after);
      const expected = states[after];
      const check = `${name} step ${index + 1}`;
      yield expected
        ? compareState(check, x, scale(to), expected, tolerance.state)
        : failedCheck(check, TOO_MANY_CALLS);
    }
  } catch (error) {
    yield brokenCheck(name, error);
    return;
  }
  yield compareLevels(`${name} calls`, counted.levels, recording.calls, tolerance.level);
}

const TOO_MANY_CALLS = 'the model was called more often than in the recording';

/** The same model, and the levels that it was asked about so far. */
function countCalls(
  model: Model,
  seen: Recording['seen'] = (level) => level,
): { model: Model; levels: readonly NoiseLevel[] } {
  const levels: NoiseLevel[] = [];
  return {
    levels,
    model: {
      ...model,
      predict(batch, signal) {
        levels.push(seen(batch.levels[0]!));
        return model.predict(batch, signal);
      },
    },
  };
}

/** A guidance that only sets where the run begins. */
export function startAt(state: Float64Array, scale: number): ConfiguredGuidance {
  const guidance: Guidance = {
    name: 'recorded-start',
    summary: 'Begins where a recorded run began.',
    options: z.unknown(),
    create: async () => ({
      begin: (start) => ({ ...start, x: map64(state, (value) => value * scale, start.x.shape) }),
    }),
  };
  return { guidance, options: {} };
}

const map64 = (values: Float64Array, f: (value: number) => number, shape: Shape): Tensor => ({
  data: Float32Array.from(values, f),
  shape,
});

/** The draws of a step are those that were recorded from its first call of the model on, in order. */
function noiseOf({ noise }: Recording, callsBefore: readonly number[]): NoiseSource {
  return {
    normal({ slot, step, draw }, shape) {
      if (slot === 'start') return zeros(shape); // startAt replaces it
      const drawn = noise.filter(({ after }) => after >= callsBefore[step]!)[draw];
      if (slot === 'sampler' && drawn) return drawn.value;
      throw new UngrainError('unknown-noise', `No noise was recorded for draw ${draw} of step ${step}, '${slot}'.`);
    },
    save: () => null,
    restore: () => undefined,
  };
}

export function compareState(
  name: string,
  x: Tensor,
  scale: number,
  expected: Float64Array,
  tolerance: number,
): ParityCheck {
  let [worst, error, largest] = [0, 0, 1];
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs(x.data[i]! / scale - expected[i]!);
    largest = Math.max(largest, Math.abs(expected[i]!));
    if (off <= error) continue; // NaN goes on
    [worst, error] = [i, Number.isNaN(off) ? Infinity : off];
  }
  const note = `element ${worst} is ${x.data[worst]! / scale} instead of ${expected[worst]}`;
  return { name, error: error / largest, tolerance, note };
}

type Ratio = Pick<NoiseLevel, 'alpha' | 'sigma'>;

function compareLevels(
  name: string,
  actual: readonly Ratio[],
  expected: readonly Ratio[],
  tolerance: number,
): ParityCheck {
  if (actual.length !== expected.length) return failedCheck(name, `${actual.length} instead of ${expected.length}`);
  const errors = expected.map((level, i) => {
    const [ours, theirs] = [actual[i]!, level].map(({ alpha, sigma }) => sigma / alpha) as [number, number];
    return ours === theirs ? 0 : Math.abs(ours - theirs) / Math.max(1, theirs);
  });
  const error = Math.max(0, ...errors);
  return { name, error, tolerance, note: `call ${errors.indexOf(error)} is off` };
}
