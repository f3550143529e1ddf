import { beforeAll, describe, expect, test } from '@jest/globals';
import { straightPath, tensor, TorchGenerator, drawParameters, type Value } from '@ungrain/core';
import { createOnnxEngine } from '@ungrain/engine-onnx';
import { apply, gradients, graph, input, nn, ops, state, type Engine, type Operator } from '@ungrain/graph';
import { createDigits, unet } from '@ungrain/models-mnist';
import { createTfjsEngine } from './index.js';
import { tensorflows } from './testing/tensorflows.js';
import type { Tensorflow } from './tensorflow.js';

const floats = (data: number[], shape: number[]): Value => ({ dtype: 'float32', data: Float32Array.from(data), shape });

/** y = w·x, and w becomes w + 1. */
const counting = () => {
  const w = state('w', [2]);
  return graph('counting', { y: ops.multiply(w, input('x', [2])) }, new Map([['w', ops.add(w, 1)]]));
};

describe.each(tensorflows)('$name', ({ load }) => {
  let tf: Tensorflow;
  let engine: Engine;
  beforeAll(async () => {
    tf = await load();
    engine = await createTfjsEngine({ tensorflow: tf });
  });

  test('executables read and update the states of a store that they share', async () => {
    const store = await engine.store(new Map([['w', tensor([1, 2], [2])]]));
    const [first, second] = [await engine.compile(counting()), await engine.compile(counting())];
    expect((await first.run(store, { x: floats([10, 10], [2]) })).y!.data).toEqual(Float32Array.of(10, 20));
    expect((await second.run(store, { x: floats([10, 10], [2]) })).y!.data).toEqual(Float32Array.of(20, 30));
    expect(store.get('w').data).toEqual(Float32Array.of(3, 4));
    store.set('w', tensor([5, 5], [2]));
    expect(store.get('w').data).toEqual(Float32Array.of(5, 5));
    expect(() => store.get('v')).toThrow("no state 'v'");
    expect(() => store.set('w', tensor([1], [1]))).toThrow('cannot become [1]');
    expect(store.names()).toEqual(['w']);
  });

  test('a state that goes from one name to another, or stays, is not lost', async () => {
    const [a, b] = [state('a', [1]), state('b', [1])];
    const swap = graph('swap', { old: a }, new Map([['a', b], ['b', a]])); // prettier-ignore
    const store = await engine.store(new Map([['a', tensor([1], [1])], ['b', tensor([2], [1])]])); // prettier-ignore
    const executable = await engine.compile(swap);
    for (let i = 0; i < 3; i++) await executable.run(store, {});
    expect([store.get('a').data[0], store.get('b').data[0]]).toEqual([2, 1]);
  });

  test('what it is given and what it gives is nobody else’s memory', async () => {
    const x = Float32Array.of(1, 2);
    const store = await engine.store(new Map([['w', { data: x, shape: [2] }]]));
    x.fill(9);
    const executable = await engine.compile(graph('same', { y: ops.stopGradient(state('w', [2])) }));
    const { y } = await executable.run(store, {});
    y!.data.fill(7 as never);
    expect(store.get('w').data).toEqual(Float32Array.of(1, 2));
    store.get('w').data.fill(7);
    expect(store.get('w').data).toEqual(Float32Array.of(1, 2));
  });

  test('refuses inputs that do not fit, states without a store, and whole numbers of more than 32 bits', async () => {
    const executable = await engine.compile(counting());
    const store = await engine.store(new Map([['w', tensor([1, 2], [2])]]));
    await expect(executable.run(store, {})).rejects.toMatchObject({ code: 'bad-input' });
    await expect(executable.run(null, { x: floats([1, 1], [2]) })).rejects.toThrow('needs a store');
    const foreign = await createOnnxEngine({ threads: 1 }).store(new Map());
    await expect(executable.run(foreign, { x: floats([1, 1], [2]) })).rejects.toThrow('another engine');
    const pick = await engine.compile(graph('pick', { y: ops.gather(ops.full([3], 1), input('i', [1], 'int64')) }));
    const huge: Value = { dtype: 'int64', data: BigInt64Array.of(2n ** 31n), shape: [1] };
    await expect(pick.run(null, { i: huge })).rejects.toThrow('32-bit whole numbers, and 2147483648 is none');
  });

  test('names an operator that it has no rule for', async () => {
    const strange: Operator = { name: 'strange', infer: ([x]) => ({ shape: x!.shape }), onnx: (_emit, [x]) => x! };
    const y = apply(strange, [input('x', [2])], {});
    await expect(engine.compile(graph('g', { y }))).rejects.toMatchObject({
      code: 'no-rule',
      message: "The tfjs engine has no rule for the operator 'strange'; run this graph on the onnx engine.",
    });
  });

  test('leaves no tensor behind, also after a run that failed', async () => {
    const before = tf.memory().numTensors;
    const w = state('w', [2, 1, 3, 3]);
    const y = ops.gelu(
      ops.batchNorm(ops.conv2d(input('x', [2, 1, 4, 4]), w, null, { padding: 1 }), ops.full([2], 1), ops.full([2], 0)),
    );
    const loss = ops.mean(ops.gather(ops.reshape(y, [64]), input('i', [3], 'int64')));
    const step = graph('step', { loss }, new Map([['w', ops.subtract(w, gradients(loss, [w])[0])]]));
    const store = await engine.store(new Map([['w', tensor(new Float32Array(18).fill(0.1), [2, 1, 3, 3])]]));
    const executable = await engine.compile(step);
    const [x, i] = [
      floats(new Array<number>(32).fill(0.5), [2, 1, 4, 4]),
      { dtype: 'int64', data: BigInt64Array.of(1n, 2n, 63n), shape: [3] },
    ];
    await executable.run(store, { x, i: i as Value });
    const between = tf.memory().numTensors;
    for (let k = 0; k < 3; k++) await executable.run(store, { x, i: i as Value });
    const huge: Value = { dtype: 'int64', data: BigInt64Array.of(1n, 2n, 2n ** 40n), shape: [3] };
    await expect(executable.run(store, { x, i: huge })).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(between);
    await executable.dispose();
    store.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('computes what follows from fixed weights once, when the graph is compiled', async () => {
    let products = 0;
    const counting = { ...tf, mul: (...operands: Parameters<typeof tf.mul>) => (products++, tf.mul(...operands)) };
    const on = await createTfjsEngine({ tensorflow: counting });
    const w = state('w', [2]);
    const y = ops.add(ops.multiply(ops.multiply(w, ops.full([2], 3)), w), input('x', [2]));
    const store = await on.store(new Map([['w', tensor([1, 2], [2])]]));
    const before = tf.memory().numTensors;
    const executable = await on.compile(graph('fixed', { y }), { constants: store });
    const compiled = products;
    expect(compiled).toBe(2);
    const outputs = [1, 10].map((x) => executable.run(null, { x: floats([x, x], [2]) }));
    expect((await Promise.all(outputs)).map((one) => Array.from(one.y!.data as Float32Array))).toEqual([
      [4, 13],
      [13, 22],
    ]);
    expect(products).toBe(compiled);
    expect(tf.memory().numTensors).toBe(before + 1); // w² · 3 alone is kept
    await executable.dispose();
    store.dispose();
  });

  test('draws what onnx draws with the same weights', async () => {
    const scope = nn.Scope.root({ training: false });
    unet(scope, { kind: 'class', hidden: 2 });
    const weights = drawParameters(new TorchGenerator(3), scope.declarations);
    const x = new TorchGenerator(4).randn([2, 1, 28, 28]);
    const predict = async (on: Engine): Promise<Float32Array> => {
      const model = await createDigits({ engine: on, weights });
      const conditions = await model.encode([3, 7]);
      const levels = [straightPath.level(0.25), straightPath.level(0.75)];
      const { data } = await model.predict({ x, levels, conditions });
      await model.dispose();
      return data;
    };
    const before = tf.memory().numTensors;
    const [actual, expected] = [await predict(engine), await predict(createOnnxEngine({ threads: 1 }))];
    expect(Math.max(...actual.map((a, k) => Math.abs(a - expected[k]!)))).toBeLessThan(1e-5);
    expect(tf.memory().numTensors).toBe(before);
  });
});
