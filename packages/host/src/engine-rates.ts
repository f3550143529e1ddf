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

/** In rounds, so that what another program does for a moment falls on a few calls of a sample and not on all. */
const ROUNDS = 3;
const REPEATS = 4;

interface Sample {
  readonly x: Shape;
  readonly weight: Shape;
  readonly count: number;
  apply(x: Node, weight: Node): Node;
}

/** So many sums in a row: what goes into an engine and comes out of it is not to count. */
const SUMS = 16;

/** A convolution, a matrix product and sums, as large as those in the middle of a UNet: some tenths of a second. */
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
    count: SUMS * 2 * 4 * (2 * 384 * 64 * 64),
    apply: (x, weight) => Array.from({ length: SUMS }).reduce<Node>((sum) => ops.add(sum, weight), x),
  },
};

/** Measures an engine. Nothing else should be at work. */
export async function measureRates(engine: Engine): Promise<EngineRates> {
  const rates = { convolutions: 0, matrixProducts: 0, movedBytes: 0 };
  for (let round = 0; round < ROUNDS; round++)
    for (const name of ['convolutions', 'matrixProducts', 'movedBytes'] as const)
      rates[name] = Math.max(rates[name], SAMPLES[name].count / (await fastest(engine, SAMPLES[name])));
  return rates;
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
