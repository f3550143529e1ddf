import { z } from 'zod';
import { batches, epochOrder, epochOrderFrom, finishEpoch } from '../../random/data-order.js';
import { TorchGenerator } from '../../random/torch-generator.js';
import { compareArrays, failedCheck, type Closeness } from '../compare.js';
import type { ParityCheck } from '../contract.js';
import { checkOrder, orderSchema, type RecordedOrder } from './orders.js';

const stepSchema = z.strictObject({
  indices: z.array(z.number()),
  noise_first: z.array(z.number()),
  noise_last: z.array(z.number()),
  t_first: z.array(z.number()),
});

export const dataLoaderSchema = z.strictObject({
  n: z.number(),
  batch: z.number(),
  seed: z.union([z.number(), z.string()]),
  generator_given: z.array(orderSchema),
  generator_given_drop_last: z.array(orderSchema),
  generator_given_and_4_rands_drawn_from_it_after_each_epoch: z.array(orderSchema),
  no_generator_global_manual_seed: z.array(orderSchema),
  notebook_loop_global_generator: z.array(stepSchema),
  draws_per_epoch: z.unknown().optional(),
});
type DataLoader = z.infer<typeof dataLoaderSchema>;

const IMAGE = [1, 28, 28] as const;
const NORMAL: Closeness = { absolute: 2e-6 };

/** The orders of a DataLoader with shuffle=True, epoch by epoch, and the random numbers of a training loop round it. */
export function* checkDataOrder(expected: DataLoader): Iterable<ParityCheck> {
  yield* checkGeneratorGiven('generator_given', expected, false);
  yield* checkGeneratorGiven('generator_given_drop_last', expected, true);
  yield* checkGeneratorGiven('generator_given_and_4_rands_drawn_from_it_after_each_epoch', expected, false);
  yield* checkGlobalGenerator(expected);
  yield* checkNotebookLoop(expected);
}

function* checkGeneratorGiven(
  variant: keyof DataLoader & `generator_given${string}`,
  { n, batch, seed, [variant]: epochs }: DataLoader,
  dropLast: boolean,
): Iterable<ParityCheck> {
  const generator = new TorchGenerator(BigInt(seed));
  for (const [epoch, expected] of epochs.entries()) {
    const name = `dataloader.${variant}.${epoch}`;
    const order = epochOrderFrom(generator, n);
    finishEpoch(generator, n);
    const seen = dropLast ? order.subarray(0, batches(order, batch, { dropLast }).length * batch) : order;
    yield* checkOrder(name, seen, expected);
    yield* checkNumbersAfter(name, generator, expected);
  }
}

function* checkGlobalGenerator({
  n,
  seed,
  no_generator_global_manual_seed: epochs,
}: DataLoader): Iterable<ParityCheck> {
  const global = new TorchGenerator(BigInt(seed));
  for (const [epoch, expected] of epochs.entries()) {
    const name = `dataloader.no_generator_global_manual_seed.${epoch}`;
    yield* checkOrder(name, epochOrder(global, n), expected);
    yield* checkNumbersAfter(name, global, expected);
  }
}

function* checkNumbersAfter(name: string, generator: TorchGenerator, expected: RecordedOrder): Iterable<ParityCheck> {
  const numbers = expected.rand_after_epoch;
  if (!numbers) return;
  yield compareArrays(`${name}.rand_after_epoch`, generator.rand([numbers.length]).data, numbers, 'equal');
}

/** One epoch's first batches; for each the loop draws noise like the images, then a time for each image. */
function* checkNotebookLoop({
  n,
  batch,
  seed,
  notebook_loop_global_generator: steps,
}: DataLoader): Iterable<ParityCheck> {
  const global = new TorchGenerator(BigInt(seed));
  const visited = batches(epochOrder(global, n), batch);
  for (const [i, expected] of steps.entries()) {
    const name = `dataloader.notebook_loop.${i}`;
    const indices = visited[i];
    if (!indices) {
      yield failedCheck(name, `an epoch has ${visited.length} batches`);
      continue;
    }
    const { data: noise } = global.randn([indices.length, ...IMAGE]);
    const { data: times } = global.rand([indices.length, 1]);
    const { noise_first: first, noise_last: last, t_first: time } = expected;
    yield compareArrays(`${name}.indices`, indices, expected.indices, 'equal');
    yield compareArrays(`${name}.noise_first`, noise.subarray(0, first.length), first, NORMAL);
    yield compareArrays(`${name}.noise_last`, noise.subarray(noise.length - last.length), last, NORMAL);
    yield compareArrays(`${name}.t_first`, times.subarray(0, time.length), time, 'equal');
  }
}
