import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { drawParameters, sliceRows, straightPath, TorchGenerator, type Model, type Tensor } from '@ungrain/core';
import { createOnnxEngine } from '@ungrain/engine-onnx';
import { nn } from '@ungrain/graph';
import { createDigits } from './digits.js';
import { unet } from './unet.js';

function freshWeights(hidden: number): Map<string, Tensor> {
  const scope = nn.Scope.root({ training: false });
  unet(scope, { kind: 'class', hidden });
  return drawParameters(new TorchGenerator(7), scope.declarations);
}

describe('the digits model', () => {
  let model: Model;
  beforeAll(async () => {
    model = await createDigits({ engine: createOnnxEngine(), weights: freshWeights(16) });
  });
  afterAll(() => model.dispose());

  const rows = 35;
  const x = new TorchGenerator(1).randn([rows, 1, 28, 28]);
  const predict = async (from: number, to: number): Promise<Tensor> =>
    model.predict({
      x: sliceRows(x, from, to),
      levels: Array.from({ length: to - from }, (_, i) => straightPath.level((from + i) / rows)),
      conditions: await model.encode(
        Array.from({ length: to - from }, (_, i) => ((from + i) % 11 < 10 ? (from + i) % 11 : undefined)),
      ),
    });

  test('gives a row the same bytes in every batch', async () => {
    const whole = await predict(0, rows);
    expect(whole.shape).toEqual([rows, 1, 28, 28]);
    for (const [from, to] of [
      [0, 1],
      [3, 8],
      [10, 26],
      [17, 35],
    ] as const)
      expect(await predict(from, to)).toEqual(sliceRows(whole, from, to));
  });

  test('sees time and class', async () => {
    const [three, none] = await model.encode([3, undefined]);
    const at = (time: number, condition: typeof three) =>
      model.predict({ x: sliceRows(x, 0, 1), levels: [straightPath.level(time)], conditions: [condition!] });
    const base = await at(0.5, three);
    expect(await at(0.5, three)).toEqual(base);
    expect(await at(0.5, none)).not.toEqual(base);
    expect(await at(0.1, three)).not.toEqual(base);
    expect(model.unconditional(three!)).toEqual(none);
  });

  test('takes digits only', () => {
    expect(model.condition.safeParse(9).success).toBe(true);
    expect(model.condition.safeParse(undefined).success).toBe(true);
    for (const wrong of [-1, 10, 3.5, '3']) expect(model.condition.safeParse(wrong).success).toBe(false);
  });

  test('refuses weights that are not its own, naming what is wrong', async () => {
    const engine = createOnnxEngine();
    const missing = freshWeights(8);
    missing.delete('up1.up.conv.weight');
    await expect(createDigits({ engine, weights: missing })).rejects.toMatchObject({
      code: 'weights-mismatch',
      message: expect.stringContaining("'up1.up.conv.weight'") as unknown as string,
    });
    await expect(createDigits({ engine, weights: new Map() })).rejects.toMatchObject({ code: 'weights-mismatch' });
  });
});
