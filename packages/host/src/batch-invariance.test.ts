import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { counterNoise, parseRunSpec, planRun, runNoise, sample, TorchGenerator, type Tensor } from '@ungrain/core';
import { lazyEngine } from './engine.js';
import { loadModel, type LoadedModel } from './load-model.js';

/** The shipped network, as its layout and kernels depend on its width. */
let loaded: LoadedModel;
beforeAll(async () => void (loaded = await loadModel('digits', { engine: lazyEngine('onnx', { threads: 2 }) })));
afterAll(() => loaded.model.dispose());

const CLASSES = [3, 7, 7, 0, 5];

/** Samples `start` to `end` of a run of five, as one batch. */
async function part(start: number, end: number): Promise<Tensor> {
  const { model, registry } = loaded;
  const conditions = CLASSES.slice(start, end);
  const spec = parseRunSpec({ ...model.defaults, model: 'digits', steps: 3, count: conditions.length, conditions });
  return sample({ ...planRun(spec, registry, model), noise: counterNoise(7, { firstSample: start }) });
}

test('with counter noise the bytes of a sample do not depend on its batch, on engine-onnx', async () => {
  const all = (await part(0, 5)).data;
  const size = 28 * 28;
  for (const [start, end] of [
    [0, 1],
    [4, 5],
    [1, 3],
    [1, 5],
  ] as const)
    expect(await part(start, end)).toMatchObject({ data: all.slice(start * size, end * size) });
});

test("with torch noise seed 100 begins with PyTorch's numbers of that seed", () => {
  const start = runNoise({ noise: 'torch', seed: 100, count: 4 }).normal(
    { slot: 'start', step: 0, draw: 0 },
    [4, 1, 28, 28],
  );
  // torch.manual_seed(100); torch.randn(4, 1, 28, 28).flatten()[:4]
  [0.12684928, 1.35639787, 0.56322306, -0.10392858].forEach((value, i) =>
    expect(Math.abs(start.data[i]! - value)).toBeLessThan(2e-6),
  );
  expect(start).toEqual(new TorchGenerator(100).randn([4, 1, 28, 28]));
});
