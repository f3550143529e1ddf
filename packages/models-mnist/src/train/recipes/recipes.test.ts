import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createOnnxEngine } from '@ungrain/engine-onnx';
import { Trainer } from '@ungrain/training';
import { loadImages, mnistFolder } from '../mnist.js';
import { recipeNamed, recipes } from './index.js';

describe('recipes', () => {
  test('have defaults for every setting, and names of their own', () => {
    for (const { settings } of recipes) expect(settings.safeParse({}).success).toBe(true);
    expect(new Set(recipes.map(({ name }) => name)).size).toBe(recipes.length);
  });

  test('a misspelt name gets a suggestion', () => {
    expect(() => recipeNamed('digits-clas')).toThrow("did you mean 'digits-class'?");
  });

  test('seed 100 trains as PyTorch does: the losses of the first steps', async () => {
    // The first steps of PyTorch 2.13 on the same recipe and seed (two threads; one thread differs by 1e-6).
    const losses = [1.1840085983276367, 5.397542476654053, 1.153652310371399];
    const recipe = recipeNamed('digits-class');
    const task = recipe.task(recipe.settings.parse({}), await loadImages(mnistFolder(), 'train'));
    const trainer = await Trainer.start(task, createOnnxEngine(), 100);
    for await (const { step, loss, totalSteps } of trainer.steps()) {
      expect(totalSteps).toBe(9380);
      expect(Math.abs(loss / losses[step - 1]! - 1)).toBeLessThan(step === 1 ? 1e-6 : 5e-4);
      if (step === losses.length) break;
    }
    await trainer.dispose();
  });
});

/**
 * The losses of PyTorch 2.13 at D = 4, batch 32, seed 100, over two epochs of MNIST's first 80 training images, so that the
 * last batch of each is smaller and the learning rate falls once.
 */
const TORCH_LOSSES = {
  denoiser: [0.24751104, 0.2577315, 0.23201402, 0.2557683, 0.24036287, 0.21057008],
  'pure-noise': [0.20747024, 0.21702959, 0.19465528, 0.21520038, 0.20686235, 0.1777776],
  'digits-time': [1.2453953, 1.0336974, 0.9760754, 0.901494, 0.9128707, 0.88698876],
  'digits-class': [1.2351037, 1.0403682, 0.9749357, 0.9182473, 0.8934627, 0.86773866],
  'digits-class-constant': [1.2351037, 1.2196988, 1.2461704, 1.2088159, 1.201233, 1.2006112],
};

test.each(Object.entries(TORCH_LOSSES))('%s draws and learns as PyTorch does', async (name, losses) => {
  const { pixels, size, labels } = await loadImages(mnistFolder(), 'train');
  const data = { pixels: pixels.subarray(0, 80 * 784), size, labels: labels.subarray(0, 80) };
  const recipe = recipeNamed(name);
  const task = recipe.task(recipe.settings.parse({ hidden: 4, batchSize: 32, epochs: 2 }), data);
  const trainer = await Trainer.start(task, createOnnxEngine({ threads: 1 }), 100);
  const ours: number[] = [];
  for await (const { loss } of trainer.steps()) ours.push(loss);
  await trainer.dispose();
  expect(ours).toHaveLength(losses.length);
  for (const [i, loss] of ours.entries()) expect(Math.abs(loss / losses[i]! - 1)).toBeLessThan(i === 0 ? 2e-6 : 2e-4);
});

test('images of another size are refused in a sentence', () => {
  const data = { pixels: new Uint8Array(32 * 32), size: [32, 32], labels: Uint8Array.of(0) };
  for (const { settings, task } of recipes)
    expect(() => task(settings.parse({}), data)).toThrow(
      'The images are 32 × 32 pixels, and this network takes 28 × 28',
    );
});

describe('MNIST', () => {
  test('is read whole, images with their labels', async () => {
    const { pixels, size, labels } = await loadImages(mnistFolder(), 'test');
    expect([pixels.length, size, labels.length]).toEqual([10_000 * 784, [28, 28], 10_000]);
    expect([...labels.subarray(0, 8)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9]);
  });

  test('is found under the names with a dot, too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ungrain-idx-'));
    await writeFile(
      join(folder, 'train-images.idx3-ubyte'),
      Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 7, 9),
    );
    await writeFile(join(folder, 'train-labels.idx1-ubyte'), Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 5));
    const data = await loadImages(folder, 'train');
    await rm(folder, { recursive: true });
    expect(data).toMatchObject({ size: [1, 2], pixels: Uint8Array.of(7, 9), labels: Uint8Array.of(5) });
  });

  test('a folder without it is named', async () => {
    await expect(loadImages('/nowhere', 'train')).rejects.toMatchObject({
      code: 'missing-data',
      message: expect.stringContaining('/nowhere') as unknown as string,
    });
  });
});
