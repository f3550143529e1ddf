import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tensor, type Value } from '@ungrain/core';
import { encodeFloat16, writeSafetensors } from '@ungrain/formats';
import { safetensorsSpans } from '@ungrain/formats/files';
import { graph, input, integers, ops, state, writeOnnx, type Node, type Weight } from '@ungrain/graph';
import { createOnnxEngine, openOnnxFile } from './index.js';

const engine = createOnnxEngine({ threads: 1 });
const floats = (data: number[], shape: number[]): Value => ({ dtype: 'float32', data: Float32Array.from(data), shape });

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-engine-'));
});
afterAll(() => rm(home, { recursive: true }));

/** y = w·x, and w becomes w + 1. */
const counting = () => {
  const w = state('w', [2]);
  return graph('counting', { y: ops.multiply(w, input('x', [2])) }, new Map([['w', ops.add(w, 1)]]));
};

describe('graphs', () => {
  test('read and update the states of a store, which several executables share', async () => {
    const store = await engine.store(new Map([['w', tensor([1, 2], [2])]]));
    const first = await engine.compile(counting());
    const second = await engine.compile(counting());
    expect((await first.run(store, { x: floats([10, 10], [2]) })).y!.data).toEqual(Float32Array.of(10, 20));
    expect((await second.run(store, { x: floats([10, 10], [2]) })).y!.data).toEqual(Float32Array.of(20, 30));
    expect(store.get('w').data).toEqual(Float32Array.of(3, 4));
    await first.dispose();
    await second.dispose();
  });

  test('run without a store once their states are constants', async () => {
    const constants = await engine.store(new Map([['w', tensor([3, 4], [2])]]));
    const frozen = graph('frozen', { y: ops.multiply(state('w', [2]), input('x', [2])) });
    const executable = await engine.compile(frozen, { constants });
    expect((await executable.run(null, { x: floats([1, 1], [2]) })).y!.data).toEqual(Float32Array.of(3, 4));
  });

  test('refuse inputs that do not fit, naming them', async () => {
    const store = await engine.store(new Map([['w', tensor([1, 2], [2])]]));
    const executable = await engine.compile(counting());
    const message = async (inputs: Record<string, Value>) =>
      executable.run(store, inputs).catch((e: Error) => e.message);
    expect(await message({})).toBe("Graph 'counting' misses input 'x' of shape [2].");
    expect(await message({ x: floats([1], [1]) })).toContain("wants input 'x' as float32 [2], not as float32 [1]");
    expect(await message({ x: floats([1, 1], [2]), z: floats([1], [1]) })).toContain("has no input 'z'");
    await expect(executable.run(null, { x: floats([1, 1], [2]) })).rejects.toMatchObject({ code: 'bad-input' });
    expect(store.get('w').data).toEqual(Float32Array.of(1, 2));
  });

  test('a store names a state that it does not have', async () => {
    const store = await engine.store(new Map([['weight', tensor([1], [1])]]));
    expect(() => store.get('wieght')).toThrow("did you mean 'weight'?");
    expect(() => store.set('weight', tensor([1, 2], [2]))).toThrow('[2]');
  });
});

describe('weights files', () => {
  test('float32 is read from its place, float16 converted', async () => {
    const path = join(home, 'weights.safetensors');
    const half: Value = { dtype: 'float16', data: encodeFloat16(Float32Array.of(0.5, -2)), shape: [2] };
    await writeFile(
      path,
      writeSafetensors(
        new Map([
          ['w', floats([1.25, 3], [2])],
          ['half', half],
        ]),
      ),
    );
    const weights = await safetensorsSpans(path);
    expect(weights.get('w')).toMatchObject({ file: path, length: 8 });
    const store = await engine.store(weights);
    expect(store.get('w').data).toEqual(Float32Array.of(1.25, 3));
    expect(store.get('half').data).toEqual(Float32Array.of(0.5, -2));
  });

  test.each([false, true])('are mapped as constants, whatever float they hold (low memory: %s)', async (lowMemory) => {
    const engine = createOnnxEngine({ threads: 1, lowMemory });
    const home = await mkdtemp(join(tmpdir(), 'ungrain-mapped-'));
    const [first, second] = [join(home, 'first.safetensors'), join(home, 'elsewhere', 'second.safetensors')];
    await mkdir(join(home, 'elsewhere'));
    const half: Value = { dtype: 'float16', data: encodeFloat16(Float32Array.of(0.5, -2)), shape: [2] };
    await writeFile(first, writeSafetensors(new Map([['a', floats([1.25, 3], [2])], ['half', half]]))); // prettier-ignore
    await writeFile(second, writeSafetensors(new Map([['b', floats([10, 20], [2])]])));
    const store = await engine.store(
      new Map([...(await safetensorsSpans(first)), ...(await safetensorsSpans(second))]),
    );
    // b lies in another folder, and is read
    const states = ['a', 'half', 'b'].map((name) => state(name, [2]));
    const sum = states.reduce<Node>((total, one) => ops.add(total, one), input('x', [2]));
    const executable = await engine.compile(graph('sum', { sum }), { constants: store });
    const run = async () => Array.from((await executable.run(null, { x: floats([100, 200], [2]) })).sum!.data, Number);
    expect(await run()).toEqual([111.75, 221]);
    await rm(first); // what is mapped stays, as the file that was opened
    expect(await run()).toEqual([111.75, 221]);
    await executable.dispose();
    await rm(home, { recursive: true });
  });

  test.each([false, true])(
    'int8 rows are mapped with their scales, and read so (low memory: %s)',
    async (lowMemory) => {
      const engine = createOnnxEngine({ threads: 1, lowMemory });
      const path = join(home, 'int8.safetensors');
      const values: Value = { dtype: 'int8', data: Int8Array.of(1, -2, 3, 127, -127, 0), shape: [2, 3] };
      await writeFile(path, writeSafetensors(new Map([['w', values], ['s', floats([0.5, 10], [2])]]))); // prettier-ignore
      const spans = await safetensorsSpans(path);
      const weights = new Map([['w', { ...spans.get('w')!, scales: spans.get('s')! }]]);
      const w = state('w', [2, 3]);
      const rows = { product: ops.linear(input('x', [1, 3]), w, null), second: ops.gather(w, integers([1])) };
      const executable = await engine.compile(graph('rows', rows), { constants: await engine.store(weights) });
      const { product, second } = await executable.run(null, { x: floats([1, 1, 1], [1, 3]) });
      expect(product!.data).toEqual(Float32Array.of(1, 0));
      expect(second!.data).toEqual(Float32Array.of(1270, -1270, 0));
      await executable.dispose();
      const store = await engine.store(weights);
      expect(store.get('w').data).toEqual(Float32Array.of(0.5, -1, 1.5, 1270, -1270, 0));
    },
  );

  test.each(['int8', 'float16'] as const)('a large %s matrix is multiplied in blocks of its rows', async (dtype) => {
    const [rows, columns] = [2100, 2000]; // more than 2 ** 22 elements
    const numbers = Float32Array.from({ length: rows * columns }, (_, i) => ((i * 31) % 17) - 8);
    const scales = Array.from({ length: rows }, (_, i) => (dtype === 'int8' ? 1 + (i % 2) : 1));
    const data = dtype === 'int8' ? Int8Array.from(numbers) : encodeFloat16(numbers);
    const path = join(home, `large-${dtype}.safetensors`);
    const stored = { dtype, data, shape: [rows, columns] } as Value;
    await writeFile(path, writeSafetensors(new Map([['w', stored], ['s', floats(scales, [rows])]]))); // prettier-ignore
    const spans = await safetensorsSpans(path);
    const weights = new Map<string, Weight>([
      ['w', { ...spans.get('w')!, ...(dtype === 'int8' && { scales: spans.get('s')! }) }],
      ['b', { data: new Float32Array(rows).fill(0.5), shape: [rows] }],
    ]);
    const x = input('x', [1, columns]);
    const linear = graph('linear', { y: ops.linear(x, state('w', [rows, columns]), state('b', [rows])) });
    const engine = createOnnxEngine({ threads: 1, lowMemory: true });
    const executable = await engine.compile(linear, { constants: await engine.store(weights) });
    const { y } = await executable.run(null, { x: floats([...Array(columns).keys()], [1, columns]) });
    // whole numbers below 2 ** 24, exact in float32
    const products = scales.map((scale, row) => {
      const own = numbers.subarray(row * columns, (row + 1) * columns);
      return scale * own.reduce((sum, number, i) => sum + number * i, 0) + 0.5;
    });
    expect(y!.data).toEqual(Float32Array.from(products));
    await executable.dispose();
  });

  test('rows that are picked from a narrow table are those of the table', async () => {
    const engine = createOnnxEngine({ threads: 1, lowMemory: true });
    const path = join(home, 'table.safetensors');
    const table: Value = { dtype: 'float16', data: encodeFloat16(Float32Array.of(1, 2, 3, 4, 5, 6)), shape: [3, 2] };
    await writeFile(path, writeSafetensors(new Map([['table', table]])));
    const store = await engine.store(await safetensorsSpans(path));
    const t = state('table', [3, 2]);
    const ids = input('ids', [2], 'int64');
    const picked = graph('picked', {
      rows: ops.gather(t, ids),
      columns: ops.gather(t, integers([1]), 1),
      all: ops.add(t, 1),
    });
    const executable = await engine.compile(picked, { constants: store });
    const found = await executable.run(null, { ids: { dtype: 'int64', data: BigInt64Array.of(2n, -3n), shape: [2] } });
    expect(found['rows']!.data).toEqual(Float32Array.of(5, 6, 1, 2));
    expect(found['columns']!.data).toEqual(Float32Array.of(2, 4, 6));
    expect(found['all']!.data).toEqual(Float32Array.of(2, 3, 4, 5, 6, 7));
    await executable.dispose();
  });

  test('missing, foreign and cut ones are refused', async () => {
    await expect(safetensorsSpans(join(home, 'none'))).rejects.toMatchObject({ code: 'missing-file' });
    const path = join(home, 'cut.safetensors');
    const whole = writeSafetensors(new Map([['w', floats([1, 2, 3], [3])]]));
    for (const length of [0, 5, 20, whole.length - 1]) {
      await writeFile(path, whole.subarray(0, length));
      await expect(safetensorsSpans(path)).rejects.toMatchObject({ code: 'bad-safetensors' });
    }
  });
});

describe('ONNX files', () => {
  test('run by their own names', async () => {
    const path = join(home, 'double.onnx');
    await writeFile(path, writeOnnx(graph('double', { y: ops.multiply(input('x', [3]), 2) })));
    const file = await openOnnxFile(path, { threads: 1 });
    expect(file.inputs).toEqual([{ name: 'x', dtype: 'float32', shape: [3] }]);
    expect((await file.run({ x: floats([1, 2, 3], [3]) })).y!.data).toEqual(Float32Array.of(2, 4, 6));
    await expect(file.run({ x: floats([1], [1]) })).rejects.toMatchObject({ code: 'bad-input' });
    await expect(file.run({ y: floats([1, 2, 3], [3]) })).rejects.toMatchObject({ code: 'bad-input' });
    await file.dispose();
  });

  test('whose data leads out of their folder are not opened', async () => {
    const path = join(home, 'outside.onnx');
    const field = (number: number, ...bytes: readonly number[]) => [number * 8 + 2, bytes.length, ...bytes];
    const entry = [...field(1, ...Buffer.from('location')), ...field(2, ...Buffer.from('../outside.bin'))];
    const tensorProto = [8, 1, 16, 1, ...field(13, ...entry), 14 * 8, 1]; // one float32, EXTERNAL
    await writeFile(path, Uint8Array.from(field(7, ...field(5, ...tensorProto))));
    await expect(openOnnxFile(path)).rejects.toMatchObject({
      code: 'bad-onnx',
      message: expect.stringContaining('../outside.bin') as unknown as string,
    });
  });

  test('what is none is refused in one sentence', async () => {
    const path = join(home, 'not.onnx');
    await writeFile(path, 'hello');
    await expect(openOnnxFile(path)).rejects.toMatchObject({ code: 'bad-onnx', kind: 'failure' });
    await expect(openOnnxFile(join(home, 'none.onnx'))).rejects.toMatchObject({ code: 'missing-file' });
  });
});
