import { full, type Shape } from '@ungrain/core';
import { graph, input, ops, state, type Engine, type GraphCost, type Node } from '@ungrain/graph';

/** How fast an engine is on this machine. */
export interface EngineRates {
  /** Multiplications a second in convolutions. */
  readonly convolutions: number;
  /** Those in matrix products of as few rows as a prompt has tokens, where the weights have to come from memory. */
  readonly matrixProducts: number;
  /** Bytes a second that other operators read and write. */
  readonly movedBytes: number;
}

const REPEATS = 8;

interface Sample {
  readonly x: Shape;
  readonly weight: Shape;
  readonly count: number;
  apply(x: Node, weight: Node): Node;
}

/** A convolution, a matrix product and a sum, as large as those in the middle of a UNet: some tenths of a second. */
const SAMPLES: Readonly<Record<keyof EngineRates, Sample>> = {
  convolutions: {
    x: [2, 384, 32, 32],
    weight: [384, 384, 3, 3],
    count: 2 * 32 * 32 * 384 * 384 * 9,
    apply: (x, weight) => ops.conv2d(x, weight, null, { padding: 1 }),
  },
  matrixProducts: {
    x: [77, 2048],
    weight: [2048, 2048],
    count: 77 * 2048 * 2048,
    apply: (x, weight) => ops.linear(x, weight, null),
  },
  movedBytes: {
    x: [2, 384, 64, 64],
    weight: [384, 1, 1],
    count: 2 * 4 * (2 * 384 * 64 * 64),
    apply: ops.add,
  },
};

/** Measures an engine. Nothing else should be at work. */
export async function measureRates(engine: Engine): Promise<EngineRates> {
  const rate = async (name: keyof EngineRates): Promise<number> =>
    SAMPLES[name].count / (await fastest(engine, SAMPLES[name]));
  return {
    convolutions: await rate('convolutions'),
    matrixProducts: await rate('matrixProducts'),
    movedBytes: await rate('movedBytes'),
  };
}

async function fastest(engine: Engine, { x, weight, apply }: Sample): Promise<number> {
  const store = await engine.store(new Map([['weight', full(weight, 0.5)]]));
  const output = apply(input('x', x), state('weight', weight));
  const executable = await engine.compile(graph('sample', { output }), { constants: store });
  const inputs = { x: { dtype: 'float32', ...full(x, 0.5) } } as const;
  let best = Infinity;
  try {
    for (let i = 0; i < REPEATS; i++) {
      const started = performance.now();
      await executable.run(null, inputs);
      best = Math.min(best, (performance.now() - started) / 1000);
    }
  } finally {
    await executable.dispose();
    store.dispose();
  }
  return best;
}

/** How long something takes at these rates, in seconds. */
export const secondsAt = (rates: EngineRates, cost: GraphCost): number =>
  cost.convolutions / rates.convolutions +
  cost.matrixProducts / rates.matrixProducts +
  cost.movedBytes / rates.movedBytes;
