import { describe, expect, test } from '@jest/globals';
import {
  constantInitializer,
  fans,
  kaimingNormal,
  kaimingUniform,
  normalInitializer,
  overwritten,
  truncatedNormal,
  uniformFan,
  xavierNormal,
  xavierUniform,
  type Initializer,
} from './torch-initializers.js';
import { TorchGenerator } from './torch-generator.js';

const draw = (initialize: Initializer, shape: readonly number[], seed = 100) => [
  ...initialize(new TorchGenerator(seed), shape).data,
];

/** Results of torch.nn.init in PyTorch 2.13. */
describe('initialisers draw what PyTorch draws:', () => {
  test('xavier_uniform_, bit by bit', () => {
    expect(draw(xavierUniform(), [6, 5]).slice(0, 3)).toEqual([
      -0.5736098289489746, 0.4665311872959137, -0.3507191836833954,
    ]);
  });

  test('kaiming_uniform_(a=√5) and the bias of Linear(7, 3), bit by bit', () => {
    const generator = new TorchGenerator(100);
    const weight = kaimingUniform()(generator, [3, 7]).data;
    expect([...weight.slice(0, 3)]).toEqual([-0.2935541868209839, 0.23875494301319122, -0.17948627471923828]);
    expect([...uniformFan(7)(generator, [3]).data]).toEqual([
      0.244802787899971, 0.04213844984769821, 0.36059603095054626,
    ]);
  });

  test.each([
    ['xavier_normal_', xavierNormal(), [0.054088715463876724, 0.5783699750900269]],
    ['kaiming_normal_ for ReLU', kaimingNormal(), [0.08022652566432953, 0.857861340045929]],
    ['trunc_normal_(std=0.02)', truncatedNormal({ std: 0.02 }), [0.00253698555752635, 0.027127956971526146]],
  ])('%s', (_, initialize, expected) => {
    const drawn = draw(initialize, [6, 5]);
    expected.forEach((x, i) => expect(drawn[i]).toBeCloseTo(x, 6));
  });
});

describe('initialisers', () => {
  test('the fan-in is the second dimension times the kernel', () => {
    expect(fans([8, 3, 5, 2])).toEqual({ in: 30, out: 80 });
    expect(fans([4])).toEqual({ in: 1, out: 4 });
  });

  test('constants draw nothing; overwritten values draw what they would have been', () => {
    const generator = new TorchGenerator(1);
    expect([...constantInitializer(2)(generator, [2]).data]).toEqual([2, 2]);
    expect(generator.position.drawn).toBe(0);
    expect([...overwritten(normalInitializer(), 0)(generator, [16]).data]).toEqual(Array(16).fill(0));
    expect(generator.position.drawn).toBe(16);
  });

  test('without inputs the bias starts at 0', () => {
    expect(draw(uniformFan(0), [2]).map(Math.abs)).toEqual([0, 0]);
  });
});
