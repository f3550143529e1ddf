import { describe, expect, test } from '@jest/globals';
import { sizeOf, type Shape, type Value } from '@ungrain/core';
import { gradients, graph, input, operatorTable, topological, type Executable } from '@ungrain/graph';
import { gradientSamples, randomFrom, type Random, type Sample } from '@ungrain/graph/testing';
import fc from 'fast-check';
import { createOnnxEngine } from './engine.js';

/**
 * Every gradient rule against a directional finite difference: for a random direction v and cotangent c,
 * (L(x + hv) − L(x − hv)) / 2h ≈ ⟨∂L/∂x, v⟩ with L = Σ output·c. L is summed in double from float32 outputs.
 */
const STEP = 2 ** -7;
const TOLERANCE = 2e-3;

const engine = createOnnxEngine({ threads: 1 });

/** A sample as one graph: inputs `x0` …, `cotangent`; outputs `y`, `gradient0` …. */
async function compile(name: string, [operands, build]: Sample): Promise<{ executable: Executable; shape: Shape }> {
  const nodes = operands.map(({ shape }, i) => input(`x${i}`, shape));
  const y = build(...nodes);
  const used = topological([y]).map((node) => (node.kind === 'operation' ? node.operator.name : ''));
  expect(used).toContain(name);
  const flows = gradients(y, nodes, input('cotangent', y.shape));
  const outputs = Object.fromEntries(flows.map((flow, i) => [`gradient${i}`, flow]));
  return { executable: await engine.compile(graph(name, { y, ...outputs })), shape: y.shape };
}

const value = (data: Float32Array, shape: Shape): Value => ({ dtype: 'float32', data, shape });
const dot = (a: Value, b: Float32Array): number => b.reduce((sum, x, i) => sum + x * Number(a.data[i]), 0);

/** Both sides of the comparison for one draw, and the size of the terms that the right one sums. */
async function derivatives(executable: Executable, [operands]: Sample, shape: Shape, random: Random) {
  const xs = operands.map(({ draw }) => draw(random));
  const directions = xs.map((x) => x.map(() => 2 * random() - 1));
  const cotangent = Float32Array.from({ length: sizeOf(shape) }, () => 2 * random() - 1);
  const runAt = (h: number) =>
    executable.run(null, {
      ...Object.fromEntries(
        operands.map((o, i) => [
          `x${i}`,
          value(
            xs[i]!.map((x, j) => x + h * directions[i]![j]!),
            o.shape,
          ),
        ]),
      ),
      cotangent: value(cotangent, shape),
    });
  const [ahead, here, behind] = [await runAt(STEP), await runAt(0), await runAt(-STEP)];
  const difference = (dot(ahead.y!, cotangent) - dot(behind.y!, cotangent)) / (2 * STEP);
  const products = directions.map((v, i) => dot(here[`gradient${i}`]!, v));
  return {
    difference,
    product: products.reduce((a, b) => a + b, 0),
    size: Math.hypot(1, ...products),
  };
}

const differentiable = operatorTable.filter(({ gradient }) => gradient).map(({ name }) => name);

test('every operator with a gradient rule has samples, and no other', () => {
  expect(Object.keys(gradientSamples).toSorted()).toEqual(differentiable.toSorted());
});

describe('gradient rules agree with finite differences', () => {
  test.each(differentiable)('%s', async (name) => {
    for (const sample of gradientSamples[name] ?? []) {
      const { executable, shape } = await compile(name, sample);
      await fc.assert(
        fc.asyncProperty(fc.integer(), async (seed) => {
          const { difference, product, size } = await derivatives(executable, sample, shape, randomFrom(seed));
          expect(Math.abs(difference - product)).toBeLessThan(TOLERANCE * size);
        }),
        { numRuns: 5 },
      );
      await executable.dispose();
    }
  });
});
