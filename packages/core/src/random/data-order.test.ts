import { describe, expect, test } from '@jest/globals';
import { batches, epochOrder, epochOrderFrom, finishEpoch } from './data-order.js';
import { TorchGenerator } from './torch-generator.js';

/** Orders of torch.utils.data.DataLoader over 10 items in PyTorch 2.13, seed 5. */
describe('the data come in the order of a DataLoader', () => {
  test('without a generator', () => {
    const global = new TorchGenerator(5);
    expect([...epochOrder(global, 10)]).toEqual([8, 3, 0, 5, 9, 1, 6, 2, 4, 7]);
    expect([...epochOrder(global, 10)]).toEqual([5, 8, 9, 7, 2, 0, 4, 1, 3, 6]);
    expect([...global.rand([2]).data]).toEqual([0.0332646369934082, 0.9941847324371338]);
  });

  test('with a generator, epoch after epoch', () => {
    const generator = new TorchGenerator(5);
    expect([...epochOrderFrom(generator, 10)]).toEqual([7, 4, 8, 1, 2, 3, 6, 5, 9, 0]);
    finishEpoch(generator, 10);
    expect([...epochOrderFrom(generator, 10)]).toEqual([2, 1, 6, 3, 5, 9, 4, 7, 8, 0]);
    finishEpoch(generator, 10);
    expect([...generator.rand([2]).data]).toEqual([0.5818747282028198, 0.3590012192726135]);
  });

  test('with a generator, when the loop is left early', () => {
    const generator = new TorchGenerator(5);
    expect([...epochOrderFrom(generator, 10).slice(0, 4)]).toEqual([7, 4, 8, 1]);
    expect([...generator.rand([2]).data]).toEqual([0.5645712614059448, 0.07241219282150269]);
  });
});

test('batches cut an order; the last one is shorter or left out', () => {
  const order = Uint32Array.of(3, 1, 4, 0, 2);
  expect(batches(order, 2).map((batch) => [...batch])).toEqual([[3, 1], [4, 0], [2]]);
  expect(batches(order, 2, { dropLast: true }).map((batch) => [...batch])).toEqual([
    [3, 1],
    [4, 0],
  ]);
});
