import { readFileSync } from 'node:fs';
import type { NetworkWork } from '@ungrain/models-deepfloyd';

/**
 * What ONNX Runtime takes besides the tensors themselves, fitted to what `bench/deepfloyd/measure.mjs` finds for I-M with one,
 * two and four images, for I-L and a network of I-XL's width with two, and for T5-XXL's layers: for each operator of a session;
 * for the holes that its arena leaves between results of many sizes; and for weights that are widened to float32 where they are
 * used: a buffer for each shape.
 */
const BYTES_PER_OPERATOR = 25_000;
const ARENA = 1.1;
const WIDENED = 2;

/**
 * Memory that a network takes while it runs with its weights mapped, in bytes. The pages of its files are not counted: the
 * system can have them back.
 * @param times how many times the work's rows a call has
 */
export const networkMemory = ({ operators, cost }: NetworkWork, times = 1): number =>
  BYTES_PER_OPERATOR * operators +
  ARENA * (times * cost.peakBytes + cost.unfoldedBytes) +
  WIDENED * cost.convertedBytes;

/** What this process alone takes, without the pages of files where the system tells them apart (Linux), in bytes. */
export function processMemory(): number {
  try {
    const kilobytes = /RssAnon:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kilobytes !== undefined) return 1024 * Number(kilobytes);
  } catch {
    // no such file here
  }
  return process.memoryUsage().rss;
}
