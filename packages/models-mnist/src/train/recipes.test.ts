import { describe, expect, test } from '@jest/globals';
import { createOnnxEngine } from '@ungrain/engine-onnx';
import { Trainer } from '@ungrain/training';
import { loadImages, mnistFolder } from './mnist.js';
import { recipeNamed, recipes } from './recipes.js';

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

describe('MNIST', () => {
  test('is read whole, images with their labels', async () => {
    const { pixels, size, labels } = await loadImages(mnistFolder(), 'test');
    expect([pixels.length, size, labels.length]).toEqual([10_000 * 784, [28, 28], 10_000]);
    expect([...labels.subarray(0, 8)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9]);
  });

  test('a folder without it is named', async () => {
    await expect(loadImages('/nowhere', 'train')).rejects.toMatchObject({
      code: 'missing-data',
      message: expect.stringContaining('/nowhere') as unknown as string,
    });
  });
});
