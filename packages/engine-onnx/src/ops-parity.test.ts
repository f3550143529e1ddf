import { expect, test } from '@jest/globals';
import type { Value } from '@ungrain/core';
import { passed, type ParityCheck, type ParitySource } from '@ungrain/core/parity';
import { opsParity } from '@ungrain/graph/parity';
import { createOnnxEngine } from './engine.js';

const float = (...values: number[]): Value => ({
  dtype: 'float32',
  data: Float32Array.from(values),
  shape: [values.length],
});
const whole = (value: number): Value => ({ dtype: 'int64', data: BigInt64Array.of(BigInt(value)), shape: [1] });

const tight = { atol: 1e-6, rtol: 1e-5 };

/** One case of reference data: x, squared by `op`. */
const squareCase = (id: string, attrs: object, tensors: Record<string, Value>, grad = true) => ({
  entry: {
    id,
    file: 'all.safetensors',
    attrs,
    inputs: { x: { grad } },
    outputs: [{ name: 'out' }],
    tol: { out: tight, 'grad.x': tight },
  },
  tensors: Object.entries(tensors).map(([name, value]) => [`${id}/${name}`, value] as const),
});

async function check(...cases: ReturnType<typeof squareCase>[]): Promise<ParityCheck[]> {
  const tensors = new Map(cases.flatMap((one) => one.tensors));
  const source: ParitySource = {
    exists: async () => true,
    bytes: async () => new Uint8Array(),
    list: async () => [],
    json: async () => ({ cases: cases.map(({ entry }) => entry) }),
    tensors: async () => tensors,
  };
  const checks: ParityCheck[] = [];
  for await (const one of opsParity({ engine: createOnnxEngine({ threads: 1 }) }).run(source)) checks.push(one);
  return checks;
}

const inputs = { 'in.x': float(1, -3), cot: float(1, 0.5) };

test('outputs and gradients are compared, each within its tolerance', async () => {
  const checks = await check(
    squareCase('good', { op: 'square' }, { ...inputs, out: float(1, 9), 'grad.x': float(2, -3) }),
    squareCase('bad', { op: 'square' }, { ...inputs, out: float(1, 9.001), 'grad.x': float(2, NaN) }),
  );
  expect(checks.map((one) => [one.name, passed(one)])).toEqual([
    ['good out', true],
    ['good grad.x', true],
    ['bad out', false],
    ['bad grad.x', false],
  ]);
  expect(checks[2]!.error).toBeCloseTo(0.001 / (1e-6 + 9.001e-5), 0);
  expect(checks[2]!.note).toBe('element 1 is 9 instead of 9.00100040435791');
});

test('whole numbers have to be equal', async () => {
  const attrs = { op: 'argmax', dim: 0, keepdim: true };
  const x = { 'in.x': float(1, 2) };
  const checks = await check(
    squareCase('right', attrs, { ...x, out: whole(1) }, false),
    squareCase('wrong', attrs, { ...x, out: whole(0) }, false),
  );
  expect(checks.map(passed)).toEqual([true, false]);
});

test('a case that cannot be computed is one failed check that says why', async () => {
  const checks = await check(
    squareCase('strange', { op: 'frobnicate' }, inputs),
    squareCase('poor', { op: 'softmax', dim: 'last' }, { ...inputs, out: float(1, 1) }),
    squareCase('empty', { op: 'square' }, {}),
    squareCase('ill', { op: 'softmax', dim: 3 }, inputs),
  );
  expect(checks.map(passed)).toEqual([false, false, false, false]);
  expect(checks[0]!.note).toContain("operator 'frobnicate'");
  expect(checks[1]!.note).toContain("Attribute 'dim' should be a number");
  expect(checks[2]!.note).toContain("no tensor 'in.x'");
  expect(checks[3]!.note).toContain('no dimension 3');
});
