import { describe, expect, test } from '@jest/globals';
import { constantInitializer, drawParameters, TorchGenerator, zeros, type Value } from '@ungrain/core';
import {
  adam,
  adamw,
  emaName,
  input,
  nn,
  ops,
  optimizerStates,
  scalarInput,
  sgd,
  trainStep,
  type Optimizer,
} from '@ungrain/graph';
import { createOnnxEngine } from './index.js';

/** Minimises Σ (p − target)²/2 from p = 1 for a few steps; the gradient is p − target. */
const TARGET = [0.5, -1, 3, 1];
const RATES = [0.1, 0.1, 0.05, 0.02];

async function train(optimizer: Optimizer, more: { maxGradientNorm?: number; emaDecay?: number } = {}) {
  const scope = nn.Scope.root({ training: true });
  const p = scope.parameter('p', [4], constantInitializer(1));
  const error = ops.subtract(p, input('target', [4]));
  const loss = ops.multiply(ops.sum(ops.multiply(error, error)), 0.5);
  const { declarations, updates: buffers } = scope;
  const engine = createOnnxEngine({ threads: 1 });
  const states = drawParameters(new TorchGenerator(0), declarations);
  for (const [name, shape] of optimizerStates(optimizer, declarations)) states.set(name, zeros(shape));
  if (more.emaDecay !== undefined) states.set(emaName('p'), states.get('p')!);
  const store = await engine.store(states);
  const step = await engine.compile(trainStep({ name: 'test', loss, declarations, buffers, optimizer, ...more }));
  const norms: number[] = [];
  for (const [k, rate] of RATES.entries()) {
    const scalars = Object.entries(optimizer.scalars(k + 1, rate)).map(([name, value]): [string, Value] => [
      scalarInput(name),
      { dtype: 'float32', data: Float32Array.of(value), shape: [] },
    ]);
    const target: Value = { dtype: 'float32', data: Float32Array.from(TARGET), shape: [4] };
    const outputs = await step.run(store, { target, ...Object.fromEntries(scalars) });
    if (outputs.gradientNorm) norms.push(Number(outputs.gradientNorm.data[0]));
  }
  return {
    p: [...store.get('p').data],
    ema: more.emaDecay === undefined ? [] : [...store.get(emaName('p')).data],
    norms,
  };
}

/** The same, number by number in double precision. */
function reference(
  rule: (p: number, g: number, state: { m: number; v: number }, rate: number, step: number) => number,
) {
  return TARGET.map((target) => {
    const state = { m: 0, v: 0 };
    return RATES.reduce((p, rate, k) => rule(p, p - target, state, rate, k + 1), 1);
  });
}

const close = (actual: readonly number[], expected: readonly number[]): void =>
  expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 6));

function adamRule(p: number, g: number, state: { m: number; v: number }, rate: number, step: number): number {
  state.m = 0.9 * state.m + 0.1 * g;
  state.v = 0.999 * state.v + 0.001 * g * g;
  return p - ((rate / (1 - 0.9 ** step)) * state.m) / (Math.sqrt(state.v) / Math.sqrt(1 - 0.999 ** step) + 1e-8);
}

describe('optimizers', () => {
  test('plain gradient descent', async () => {
    close(
      (await train(sgd())).p,
      reference((p, g, _state, rate) => p - rate * g),
    );
  });

  test('gradient descent with momentum and weight decay', async () => {
    const { p } = await train(sgd({ momentum: 0.9, weightDecay: 0.01 }));
    close(
      p,
      reference((x, g, state, rate) => {
        state.m = 0.9 * state.m + (g + 0.01 * x);
        return x - rate * state.m;
      }),
    );
  });

  test('Adam', async () => {
    close((await train(adam())).p, reference(adamRule));
  });

  test('AdamW scales the parameters before it steps', async () => {
    const { p } = await train(adamw({ weightDecay: 0.1 }));
    close(
      p,
      reference((x, g, state, rate, step) => adamRule(x * (1 - rate * 0.1), g, state, rate, step)),
    );
  });

  test('clipping keeps the direction, bounds the norm, and reports the norm before', async () => {
    const { p, norms } = await train(sgd(), { maxGradientNorm: 0.5 });
    const gradient = TARGET.map((target) => 1 - target);
    const norm = Math.hypot(...gradient);
    expect(norms[0]).toBeCloseTo(norm, 5);
    let expected = TARGET.map(() => 1);
    for (const rate of RATES) {
      const g = expected.map((x, i) => x - TARGET[i]!);
      const factor = Math.min(1, 0.5 / (Math.hypot(...g) + 1e-6));
      expected = expected.map((x, i) => x - rate * factor * g[i]!);
    }
    close(p, expected);
  });

  test('the average follows the weights', async () => {
    const { ema } = await train(sgd(), { emaDecay: 0.8 });
    const expected = TARGET.map((target) => {
      let [x, average] = [1, 1];
      for (const rate of RATES) {
        x -= rate * (x - target);
        average = 0.8 * average + 0.2 * x;
      }
      return average;
    });
    close(ema, expected);
  });
});
