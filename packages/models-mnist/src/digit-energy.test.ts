import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { drawParameters, linear, TorchGenerator, type Energy, type Tensor } from '@ungrain/core';
import { createOnnxEngine } from '@ungrain/engine-onnx';
import { input, nn } from '@ungrain/graph';
import { digitEnergy } from './digit-energy.js';
import { judgeNetwork } from './judge.js';

/** A judge as it is before training: its opinions are worthless, but smooth. */
function freshJudge(): ReadonlyMap<string, Tensor> {
  const scope = nn.Scope.root({ training: false });
  judgeNetwork(scope)(input('x', [1, 1, 28, 28]));
  return drawParameters(new TorchGenerator(7), scope.declarations);
}

const SIZE = 28 * 28;

const rowNorms = ({ data, shape }: Tensor): readonly number[] =>
  Array.from({ length: shape[0]! }, (_, row) => Math.hypot(...data.subarray(row * SIZE, (row + 1) * SIZE)));

const entry = digitEnergy({ engine: async () => createOnnxEngine(), weights: async () => freshJudge() });

describe('the digit energy', () => {
  const generator = new TorchGenerator(3);
  const images = generator.randn([3, 1, 28, 28]);
  let energy: Energy;
  beforeAll(async () => void (energy = await entry.create({ digits: [7, 2, 7] })));
  afterAll(() => energy.dispose());

  test('has the gradient of its values', async () => {
    const { gradient } = await energy.read(images);
    const steepness = rowNorms(gradient);
    const uphill = {
      data: gradient.data.map((value, i) => value / steepness[Math.floor(i / SIZE)]!),
      shape: images.shape,
    };
    const step = 0.1;
    const above = await energy.read(linear([1, images], [step, uphill]));
    const below = await energy.read(linear([1, images], [-step, uphill]));
    steepness.forEach((slope, row) => {
      const measured = (above.energies[row]! - below.energies[row]!) / (2 * step);
      expect(measured / slope).toBeCloseTo(1, 2);
    });
  });

  test('is −log of a probability: over all digits they sum to 1', async () => {
    const probabilities = await Promise.all(
      Array.from({ length: 10 }, async (_, digit) => {
        const one = await entry.create({ digits: [digit] });
        const { energies } = await one.read(images);
        await one.dispose();
        return Math.exp(-energies[0]!);
      }),
    );
    expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
    const { energies } = await energy.read(images);
    expect(Math.exp(-energies[0]!)).toBeCloseTo(probabilities[7]!, 5);
  });

  test('refuses digits for other images than there are', async () => {
    const two = await entry.create({ digits: [1, 2] });
    await expect(two.read(images)).rejects.toThrow("Energy 'digit' has 2 digits for 3 images");
    await two.dispose();
    expect(energy.accepts([1, 28, 28])).toBe(true);
    expect(energy.accepts([3, 28, 28])).toBe(false);
  });
});
