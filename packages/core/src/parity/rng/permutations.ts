import { z } from 'zod';
import { TorchGenerator } from '../../random/torch-generator.js';
import type { ParityCheck } from '../contract.js';
import { checkOrder, orderSchema } from './orders.js';

/** Seed → number of items → order. */
export const permutationsSchema = z.record(z.string(), z.record(z.string(), orderSchema));

/** `torch.randperm(n)`, each on a fresh generator. */
export function* checkPermutations(seeds: z.infer<typeof permutationsSchema>): Iterable<ParityCheck> {
  for (const [seed, orders] of Object.entries(seeds))
    for (const [n, expected] of Object.entries(orders)) {
      const order = new TorchGenerator(BigInt(seed)).permutation(Number(n));
      yield* checkOrder(`randperm.seed${seed}.${n}`, order, expected);
    }
}
