import { z } from 'zod';
import { crc32 } from '../../crc32.js';
import { compareArrays } from '../compare.js';
import type { ParityCheck } from '../contract.js';

/** How an order of many items is recorded: its ends, and a CRC-32 of its items as little-endian 64-bit integers. */
export const orderSchema = z.strictObject({
  first: z.array(z.number()),
  last: z.array(z.number()),
  count: z.number().optional(),
  crc32_i64: z.number(),
  /** Numbers drawn from the generator afterwards. */
  rand_after_epoch: z.array(z.number()).optional(),
});
export type RecordedOrder = z.infer<typeof orderSchema>;

export function* checkOrder(name: string, order: Uint32Array, expected: RecordedOrder): Iterable<ParityCheck> {
  const { first, last, count, crc32_i64: crc } = expected;
  yield compareArrays(`${name}.first`, order.subarray(0, first.length), first, 'equal');
  yield compareArrays(`${name}.last`, order.subarray(Math.max(0, order.length - last.length)), last, 'equal');
  if (count !== undefined) yield compareArrays(`${name}.count`, [order.length], [count], 'equal');
  yield compareArrays(`${name}.crc32_i64`, [crc32OfInt64(order)], [crc], 'equal');
}

function crc32OfInt64(items: Uint32Array): number {
  const bytes = new DataView(new ArrayBuffer(items.length * 8));
  items.forEach((item, i) => bytes.setUint32(i * 8, item, true));
  return crc32(new Uint8Array(bytes.buffer));
}
