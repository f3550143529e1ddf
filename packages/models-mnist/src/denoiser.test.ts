import { describe, expect, test } from '@jest/globals';
import { addNoise, drawParameters, logSnr, TorchGenerator, zeros } from '@ungrain/core';
import { modelContract, scheduleContract } from '@ungrain/core/testing';
import { createOnnxEngine } from '@ungrain/engine-onnx';
import { nn } from '@ungrain/graph';
import { z } from 'zod';
import { addedNoise, createDenoiser } from './denoiser.js';
import { unet } from './unet.js';

const scope = nn.Scope.root({ training: false });
unet(scope, { kind: 'uncond', hidden: 4 });
const weights = drawParameters(new TorchGenerator(7), scope.declarations);

describe('the one-step denoiser', () => {
  for (const { name, run } of modelContract(() => createDenoiser({ engine: createOnnxEngine(), weights })))
    test(name, run);

  const entry = { name: 'added-noise', summary: '', options: z.strictObject({}), create: () => addedNoise };
  for (const { name, run } of scheduleContract(entry)) test(`its noise ${name}`, run);

  test('adds σ·noise to an image as it is', () => {
    const noise = new TorchGenerator(1).randn([1, 1, 28, 28]);
    const level = addedNoise.level(0.5);
    expect(addNoise(zeros(noise.shape), level, noise).data).toEqual(noise.data.map((value) => value / 2));
    expect(addedNoise.timeAt(logSnr({ ...level, sigma: 80 }))).toBe(addedNoise.noisiest);
    expect(() => addedNoise.level(3.1)).toThrow('σ of 0 to 3, not 3.1');
  });

  test('refuses weights of several widths', async () => {
    const other = nn.Scope.root({ training: false });
    unet(other, { kind: 'uncond', hidden: 8 });
    const mixed = new Map([
      ...drawParameters(new TorchGenerator(7), other.declarations),
      ['init_conv.conv1.conv.weight', weights.get('init_conv.conv1.conv.weight')!],
    ]);
    await expect(createDenoiser({ engine: createOnnxEngine(), weights: mixed })).rejects.toMatchObject({
      code: 'weights-mismatch',
    });
  });
});
