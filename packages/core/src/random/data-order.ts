import { TorchGenerator } from './torch-generator.js';

/**
 * The order in which `DataLoader(data, shuffle=True)` visits n items in one epoch, drawn from the global generator: one
 * 64-bit number for the workers' seed, one that seeds a generator of the loader's own, and the permutation from that. So
 * a loop may draw from the global generator between batches without changing the order.
 *
 * Source: torch/utils/data/dataloader.py and sampler.py (RandomSampler) of PyTorch 2.13.
 */
export function epochOrder(global: TorchGenerator, n: number): Uint32Array {
  drawWorkerSeed(global);
  const own = new TorchGenerator(global.randomInt64(1)[0]!);
  return own.permutation(n);
}

/**
 * The same for `DataLoader(data, shuffle=True, generator=generator)`, whose permutation comes from the generator itself.
 * When the epoch was visited to its end (not when the loop was left early), call `finishEpoch`.
 */
export function epochOrderFrom(generator: TorchGenerator, n: number): Uint32Array {
  drawWorkerSeed(generator);
  return generator.permutation(n);
}

/**
 * What a DataLoader that was given a generator draws from it when an epoch ends: a second permutation, thrown away.
 * (RandomSampler ends with the first `samples mod n` = 0 items of one more permutation, `drop_last` or not.)
 */
export function finishEpoch(generator: TorchGenerator, n: number): void {
  generator.skip(Math.max(0, n - 1));
}

/** An epoch's order cut into batches; the last one is shorter, or left out with `dropLast`, where n does not divide. */
export function batches(order: Uint32Array, size: number, { dropLast = false } = {}): Uint32Array[] {
  const count = dropLast ? Math.floor(order.length / size) : Math.ceil(order.length / size);
  return Array.from({ length: count }, (_, i) => order.subarray(i * size, (i + 1) * size));
}

function drawWorkerSeed(generator: TorchGenerator): void {
  generator.randomInt64(1);
}
