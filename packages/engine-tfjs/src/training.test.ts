import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TorchGenerator } from '@ungrain/core';
import { createOnnxEngine } from '@ungrain/engine-onnx';
import { adam, input, nn, ops, trainStep, type Engine } from '@ungrain/graph';
import { unetTask } from '@ungrain/models-mnist/train';
import { constantRate, trainRun, type Task, type TrainRunStep } from '@ungrain/training';
import { createTfjsEngine } from './index.js';
import { tensorflows } from './testing/tensorflows.js';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-tfjs-'));
});
afterAll(() => rm(home, { recursive: true }));

/** The class-conditioned network with two hidden channels, on ten images of noise; the last batch is smaller. */
function unetOnNoise(): Task {
  const generator = new TorchGenerator(1);
  const pixels = Uint8Array.from(generator.randint(0, 256, 10 * 28 * 28));
  const images = { pixels, size: [28, 28] as const, labels: Uint8Array.from({ length: 10 }, (_, i) => i) };
  return unetTask(images, { ...schedule, kind: 'class', hidden: 2, pUncond: 0.1 });
}

const schedule = { batchSize: 4, epochs: 2, optimizer: adam(), learningRate: constantRate(1e-3) };

/** A convolution, a batch norm and a GELU that learn to blur, which plain JavaScript does in no time. */
function blur(): Task {
  const build = (rows: number) => {
    const scope = nn.Scope.root({ training: true });
    const conv = nn.conv2d(scope.at('conv'), { in: 1, out: 2, kernel: 3, padding: 1, stride: 2 });
    const y = ops.gelu(nn.batchNorm(scope.at('norm'), 2)(conv(input('x', [rows, 1, 6, 6]))));
    const error = ops.subtract(ops.mean(y, [1, 2, 3]), input('target', [rows]));
    const loss = ops.mean(ops.multiply(error, error));
    const { declarations, updates: buffers } = scope;
    const { optimizer } = schedule;
    return { declarations, graph: trainStep({ name: 'blur', loss, declarations, buffers, optimizer }) };
  };
  return {
    ...schedule,
    name: 'blur',
    items: 10,
    declarations: build(1).declarations,
    trainGraph: (rows) => build(rows).graph,
    batch: (items, generator) => ({
      x: { dtype: 'float32', ...generator.randn([items.length, 1, 6, 6]) },
      target: { dtype: 'float32', data: Float32Array.from(items, (item) => item / 10), shape: [items.length] },
    }),
  };
}

async function train(task: Task, engine: Engine, folder: string, more: { resume?: boolean; maxSteps?: number } = {}) {
  const steps: TrainRunStep[] = [];
  const options = {
    task,
    engine,
    seed: 5,
    folder: join(home, folder),
    description: { recipe: 'test', settings: {}, data: '' },
    checkpointEvery: 1,
    ...more,
  };
  for await (const step of trainRun(options)) steps.push(step);
  return { steps, weights: await readFile(join(home, folder, 'weights.safetensors')) };
}

/** The network of the models takes plain JavaScript minutes. */
const runs = tensorflows.flatMap((one) => [
  { ...one, task: blur },
  ...(one.name === 'tfjs-cpu' ? [] : [{ ...one, task: unetOnNoise }]),
]);

describe.each(runs)('$name, $task.name', ({ name, load, task }) => {
  const own = `${name}-${task.name}`;
  let engine: Engine;
  let leftBehind: () => number;
  beforeAll(async () => {
    const tf = await load();
    engine = await createTfjsEngine({ tensorflow: tf });
    leftBehind = () => tf.memory().numTensors;
  });

  test('a run that was stopped and resumed ends with the same bytes, and nothing is left behind', async () => {
    const before = leftBehind();
    const whole = await train(task(), engine, `${own}-whole`);
    await train(task(), engine, `${own}-stopped`, { maxSteps: 2 });
    const resumed = await train(task(), engine, `${own}-stopped`, { resume: true });
    expect(whole.steps.map(({ items }) => items)).toEqual([4, 4, 2, 4, 4, 2]);
    expect(resumed.steps.map(({ step, loss }) => [step, loss])).toEqual(
      whole.steps.slice(2).map(({ step, loss }) => [step, loss]),
    );
    expect(resumed.weights.equals(whole.weights)).toBe(true);
    expect(leftBehind()).toBe(before);
  });

  test('its losses are those of onnx', async () => {
    const [ours, onnx] = [
      await train(task(), engine, `${own}-a`, { maxSteps: 3 }),
      await train(task(), createOnnxEngine({ threads: 1 }), `${own}-b`, { maxSteps: 3 }),
    ];
    for (const [i, { loss }] of ours.steps.entries()) expect(loss / onnx.steps[i]!.loss).toBeCloseTo(1, 4);
  });
});
