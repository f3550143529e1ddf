import { describe, expect, test } from '@jest/globals';
import { drawParameters, sizeOf, TorchGenerator, zeros, type Tensor, type Value } from '@ungrain/core';
import {
  adam,
  gradients,
  graph,
  input,
  nn,
  ops,
  optimizerStates,
  scalarInput,
  trainStep,
  type Engine,
  type Graph,
  type Node,
} from '@ungrain/graph';
import fc from 'fast-check';
import { createOnnxEngine } from './engine.js';
import { passNames } from './passes.js';

const fast = createOnnxEngine({ threads: 2 });
const plain = createOnnxEngine({ threads: 2, withoutPasses: passNames });
/** Each pass alone, so that one cannot hide another's mistake. */
const alone = passNames.map(
  (name) =>
    [name, createOnnxEngine({ threads: 2, withoutPasses: passNames.filter((other) => other !== name) })] as const,
);

const largest = (values: ArrayLike<number>): number => Array.from(values).reduce((m, v) => Math.max(m, Math.abs(v)), 0);

/** All outputs of a graph on random inputs, in one order. */
async function outputsOf(engine: Engine, computation: Graph): Promise<Float32Array[]> {
  const generator = new TorchGenerator(7);
  const feeds: Record<string, Value> = {};
  for (const [name, { shape }] of computation.inputs) feeds[name] = { dtype: 'float32', ...generator.randn(shape) };
  const executable = await engine.compile(computation);
  const outputs = await executable.run(null, feeds);
  await executable.dispose();
  return [...computation.outputs.keys()].map((name) => outputs[name]!.data as Float32Array);
}

async function expectSame(computation: Graph, engines: readonly Engine[] = [fast]): Promise<void> {
  const expected = await outputsOf(plain, computation);
  for (const engine of engines) {
    const found = await outputsOf(engine, computation);
    expected.forEach((values, i) => {
      const worst = largest(values.map((value, j) => value - found[i]![j]!));
      expect(worst).toBeLessThanOrEqual(2e-5 * Math.max(1, largest(values)));
    });
  }
}

/** A value and its gradients in everything it is computed from, as one graph. */
function withGradients(name: string, output: Node, wrt: readonly Node[]): Graph {
  const flows = gradients(output, wrt, input('cotangent', output.shape));
  return graph(name, { output, ...Object.fromEntries(flows.map((flow, i) => [`gradient${i}`, flow])) });
}

describe('passes keep the meaning of graphs', () => {
  const sizes = fc.record({
    rows: fc.constantFrom(1, 3, 8, 16),
    channels: fc.constantFrom(1, 3, 8, 16, 32),
    out: fc.constantFrom(1, 5, 16, 48),
    height: fc.integer({ min: 4, max: 9 }),
    width: fc.integer({ min: 4, max: 9 }),
    kernel: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
    padding: fc.integer({ min: 0, max: 1 }),
    dilation: fc.constantFrom(1, 1, 1, 2),
  });

  test('convolutions of any geometry, and their gradients', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async ({ rows, channels, out, height, width, kernel, ...options }) => {
        fc.pre(options.dilation * (kernel - 1) < Math.min(height, width));
        const x = input('x', [rows, channels, height, width]);
        const weight = input('weight', [out, channels, kernel, kernel]);
        const bias = input('bias', [out]);
        await expectSame(withGradients('conv', ops.conv2d(x, weight, bias, options), [x, weight, bias]));
      }),
      { numRuns: 40 },
    );
  });

  test('large images, whose weight gradients come in strips, and kernels for one channel', async () => {
    const x = input('x', [16, 16, 40, 28]);
    const weight = input('weight', [64, 16, 3, 3]);
    const h = ops.conv2d(x, weight, null, { padding: 1 });
    await expectSame(withGradients('strips', h, [x, weight]));
    const gray = input('gray', [16, 1, 9, 8]);
    const [first, last] = [input('first', [32, 1, 3, 3]), input('last', [1, 32, 3, 3])];
    const drawn = ops.conv2d(ops.conv2d(gray, first, null, { padding: 1 }), last, null, { padding: 1 });
    await expectSame(withGradients('gray', drawn, [gray, first, last]));
  });

  test('transposed convolutions of any geometry, and their gradients', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async ({ rows, channels, out, height, width, kernel, stride, padding }) => {
        const x = input('x', [rows, channels, height, width]);
        const weight = input('weight', [channels, out, kernel, kernel]);
        const bias = input('bias', [out]);
        const y = ops.convTranspose2d(x, weight, bias, { stride, padding });
        await expectSame(withGradients('transposed', y, [x, weight, bias]));
      }),
      { numRuns: 40 },
    );
  });

  test('everything that goes on in blocks: norms, activations, sums, broadcasts, slices, joins', async () => {
    const x = input('x', [8, 16, 6, 5]);
    const weight = input('weight', [32, 16, 3, 3]);
    const [gamma, beta] = [input('gamma', [32]), input('beta', [32])];
    const perImage = input('per-image', [8, 32, 1, 1]);
    const h = ops.conv2d(x, weight, null, { padding: 1 });
    const normed = ops.gelu(ops.batchNorm(h, gamma, beta));
    const scaled = ops.add(ops.multiply(normed, perImage), 0.5);
    const joined = ops.concat([scaled, ops.silu(h)], 1);
    const averages = ops.mean(joined, [2, 3], { keepDims: true });
    const part = ops.multiply(ops.slice(joined, 1, 16, 48), ops.slice(averages, 1, 16, 48));
    const pooled = ops.sum(part, [2, 3]);
    const shifted = ops.subtract(part, ops.reshape(pooled, [8, 32, 1, 1]));
    const { mean, variance } = ops.batchStatistics(shifted);
    const computation = withGradients('blocks', ops.multiply(shifted, shifted), [x, weight, gamma, beta, perImage]);
    const all = { ...Object.fromEntries(computation.outputs), mean, variance, odd: ops.slice(joined, 1, 3, 40, 2) };
    await expectSame(graph('blocks', all), [fast, ...alone.map(([, engine]) => engine)]);
  });

  test('batch norms with fixed statistics, after convolutions and elsewhere', async () => {
    const x = input('x', [2, 16, 6, 6]);
    const norm = (h: Node, name: string): Node => {
      const vector = (role: string): Node => input(`${name}.${role}`, [h.shape[1]!]);
      const variance = ops.add(ops.square(vector('deviation')), 0.1);
      return ops.batchNormInference(h, {
        gamma: vector('gamma'),
        beta: vector('beta'),
        mean: vector('mean'),
        variance,
      });
    };
    const a = norm(ops.conv2d(x, input('a', [32, 16, 3, 3]), input('bias', [32]), { padding: 1 }), 'an');
    const b = norm(ops.convTranspose2d(ops.gelu(a), input('b', [32, 16, 4, 4]), null, { stride: 2, padding: 1 }), 'bn');
    const kept = ops.conv2d(b, input('c', [16, 16, 3, 3]), null);
    await expectSame(graph('fixed', { y: norm(kept, 'cn'), kept, z: norm(x, 'xn') }), [
      fast,
      ...alone.map(([, engine]) => engine),
    ]);
  });

  test('images to one pixel and back', async () => {
    const x = input('x', [4, 6, 5, 5]);
    const [down, up] = [input('down', [7, 6, 5, 5]), input('up', [7, 3, 4, 4])];
    const [bias, other] = [input('bias', [7]), input('other', [3])];
    const y = ops.convTranspose2d(ops.conv2d(x, down, bias), up, other);
    await expectSame(
      withGradients('pixel', y, [x, down, up, bias, other]),
      alone.map(([, engine]) => engine),
    );
  });
});

describe('a training step', () => {
  const task = () => {
    const scope = nn.Scope.root({ training: true });
    const block = (name: string, x: Node, channels: number, out: number): Node => {
      const at = scope.at(name);
      const h = nn.conv2d(at.at('conv'), { in: channels, out, kernel: 3, padding: 1 })(x);
      return ops.gelu(nn.batchNorm(at.at('bn'), out)(h));
    };
    const x = input('x', [16, 1, 8, 8]);
    const h = block('b', block('a', x, 1, 16), 16, 32);
    const loss = ops.mean(ops.multiply(h, h));
    const { declarations, updates: buffers } = scope;
    return { declarations, graph: trainStep({ name: 'step', loss, declarations, buffers, optimizer: adam() }) };
  };

  /** The states after three steps. */
  async function train(engine: Engine): Promise<Map<string, Tensor>> {
    const { declarations, graph: step } = task();
    const generator = new TorchGenerator(3);
    const states = drawParameters(generator, declarations);
    for (const [name, shape] of optimizerStates(adam(), declarations)) states.set(name, zeros(shape));
    const store = await engine.store(states);
    const executable = await engine.compile(step);
    for (let i = 1; i <= 3; i++) {
      const scalars = Object.entries(adam().scalars(i, 1e-3)).map(
        ([name, value]) => [scalarInput(name), { dtype: 'float32', data: Float32Array.of(value), shape: [] }] as const,
      );
      const x = { dtype: 'float32', ...generator.randn([16, 1, 8, 8]) } as const;
      await executable.run(store, { x, ...(Object.fromEntries(scalars) as Record<string, Value>) });
    }
    await executable.dispose();
    return new Map(store.names().map((name) => [name, store.get(name)]));
  }

  test('ends with the same states with and without passes', async () => {
    const [expected, found] = [await train(plain), await train(fast)];
    for (const [name, { data, shape }] of expected) {
      if (/conv\.bias$/.test(name)) continue; // without a gradient; rounding alone moves it where none is taken out
      const other = found.get(name)!.data;
      expect(largest(data.map((value, i) => value - other[i]!))).toBeLessThan(2e-4);
      expect(other.length).toBe(sizeOf(shape));
    }
  });

  test('the bias in front of a batch norm stays exactly where it was', async () => {
    const { declarations } = task();
    const before = drawParameters(new TorchGenerator(3), declarations).get('b.conv.bias')!;
    expect((await train(fast)).get('b.conv.bias')).toEqual(before);
  });
});

test('a pass that does not exist is named', async () => {
  const engine = createOnnxEngine({ withoutPasses: ['blocked-layuot'] });
  await expect(engine.compile(graph('empty', { y: input('x', [1]) }))).rejects.toThrow(
    "did you mean 'blocked-layout'?",
  );
});
