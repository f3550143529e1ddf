import { describe, expect, test } from '@jest/globals';
import { TorchGenerator } from './torch-generator.js';
import {
  conv2dParameters,
  convTranspose2dParameters,
  drawParameters,
  embeddingParameters,
  linearParameters,
  multiheadAttentionParameters,
} from './torch-modules.js';

/** Results of PyTorch 2.13's constructors after torch.manual_seed(100). */
describe('modules start as in PyTorch:', () => {
  test('Conv2d(3, 5, (2, 3))', () => {
    const drawn = drawParameters(new TorchGenerator(100), conv2dParameters({ in: 3, out: 5, kernel: [2, 3] }));
    expect(drawn.get('weight')?.shape).toEqual([5, 3, 2, 3]);
    expect([...drawn.get('bias')!.data]).toEqual([
      -0.02860087901353836, -0.12997354567050934, 0.185489684343338, -0.2122528851032257, -0.15180201828479767,
    ]);
  });

  test('ConvTranspose2d(4, 6, 3, groups=2), whose fan-in is its outputs', () => {
    const parameters = convTranspose2dParameters({ in: 4, out: 6, kernel: [3, 3], groups: 2 });
    const drawn = drawParameters(new TorchGenerator(100), parameters);
    expect(drawn.get('weight')?.shape).toEqual([4, 3, 3, 3]);
    expect(drawn.get('bias')!.data[0]).toBe(0.12612219154834747);
  });

  test('Conv2d without bias, in groups', () => {
    const parameters = conv2dParameters({ in: 4, out: 6, kernel: [3, 3], groups: 2, bias: false });
    expect(parameters.map(({ name, shape }) => [name, shape])).toEqual([['weight', [6, 2, 3, 3]]]);
  });

  test('Linear(7, 3)', () => {
    const drawn = drawParameters(new TorchGenerator(100), linearParameters(7, 3));
    expect(drawn.get('bias')!.data[0]).toBe(0.244802787899971);
  });

  test('Embedding(6, 4)', () => {
    const drawn = drawParameters(new TorchGenerator(100), embeddingParameters(6, 4));
    expect(drawn.get('weight')!.data[1]).toBeCloseTo(1.3563978672027588, 6);
  });

  test('MultiheadAttention(8, 2), output layer first', () => {
    const drawn = drawParameters(new TorchGenerator(100), multiheadAttentionParameters(8));
    expect(drawn.get('out_proj.weight')!.data[0]).toBe(-0.27459481358528137);
    expect(drawn.get('in_proj_weight')!.data[0]).toBe(-0.33277979493141174);
    expect(drawn.get('out_proj.bias')!.data.every((x) => x === 0)).toBe(true);
    expect([...drawParameters(new TorchGenerator(1), multiheadAttentionParameters(8, false)).keys()]).toEqual([
      'out_proj.weight',
      'in_proj_weight',
    ]);
  });
});
