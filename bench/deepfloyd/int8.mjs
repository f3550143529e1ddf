#!/usr/bin/env node
/**
 * A text encoder's matrices as int8 beside the same as they are stored:
 *
 *   node bench/deepfloyd/make-weights.mjs T5-XXL-2 /somewhere/large
 *   node bench/deepfloyd/int8.mjs /somewhere/large
 *
 * Writes FOLDER/int8 anew, and prints the seconds that it took, the bytes of both, and the cosine between the states of 77
 * tokens by both, of all together and of the token where it is smallest.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createOnnxEngine } from '@ungrain/engine-onnx';
import { filesBelow, loadT5, openCheckpoint, t5Work, writeInt8Encoder } from '@ungrain/models-deepfloyd';

const TOKENS = 77;
const [folder] = process.argv.slice(2);
if (!folder) {
  console.error('Usage: node bench/deepfloyd/int8.mjs FOLDER');
  process.exit(2);
}
const engine = createOnnxEngine({ lowMemory: true });
const stored = filesBelow(await openCheckpoint(folder), 'text_encoder');
const at = join(folder, 'int8');
await rm(at, { recursive: true, force: true });
const began = performance.now();
await writeInt8Encoder(stored, at);
const makeSeconds = (performance.now() - began) / 1000;
const int8 = await openCheckpoint(at);

const [wanted, found] = [await statesOf(stored), await statesOf(int8)];
const features = wanted.length / TOKENS;
const tokens = Array.from({ length: TOKENS }, (_, i) => {
  const [a, b] = [wanted, found].map((states) => states.subarray(i * features, (i + 1) * features));
  return cosine(a, b);
});
console.log(
  JSON.stringify({
    makeSeconds,
    storedBytes: (await t5Work(stored)).weightBytes,
    int8Bytes: (await t5Work(int8)).weightBytes,
    cosine: cosine(wanted, found),
    smallestCosine: Math.min(...tokens),
  }),
);

async function statesOf(files) {
  const { network } = await loadT5(files, { engine });
  const shape = [1, TOKENS];
  const ids = { dtype: 'int64', data: BigInt64Array.from({ length: TOKENS }, (_, i) => BigInt(i * 7)), shape };
  const { states } = await network.run({
    ids,
    mask: { dtype: 'float32', data: new Float32Array(TOKENS).fill(1), shape },
  });
  await network.dispose();
  return states.data;
}

function cosine(a, b) {
  let [dot, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    squaresA += a[i] ** 2;
    squaresB += b[i] ** 2;
  }
  return dot / Math.sqrt(squaresA * squaresB);
}
