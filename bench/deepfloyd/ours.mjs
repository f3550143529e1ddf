/** One part of a diffusers folder on our engine: seconds to load it, and the fastest of a few calls, beside what was planned. Prints JSON. */
import { parseArgs } from 'node:util';
import { createOnnxEngine } from '@ungrain/engine-onnx';
import { measureRates, networkMemory, processMemory, secondsAt } from '@ungrain/host';
import {
  filesBelow,
  loadT5,
  loadUnet,
  openCheckpoint,
  t5Work,
  unetWork,
  writeInt8Encoder,
} from '@ungrain/models-deepfloyd';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string' },
    repeats: { type: 'string' },
    threads: { type: 'string' },
    'low-memory': { type: 'boolean' },
    int8: { type: 'string' },
  },
});
const [folder, part] = positionals;
const rows = Number(values.rows);
const engine = createOnnxEngine({ threads: Number(values.threads), lowMemory: values['low-memory'] ?? false });
const wave = (shape) => {
  const size = shape.reduce((product, length) => product * length, 1);
  return { dtype: 'float32', data: Float32Array.from({ length: size }, (_, i) => Math.sin(i)), shape };
};

const stored = filesBelow(await openCheckpoint(folder), part);
if (values.int8) await writeInt8Encoder(stored, values.int8);
const files = values.int8 ? await openCheckpoint(values.int8) : stored;
const work = await (part === 'unet' ? unetWork : t5Work)(files, { rows });
const anonymousGigabytes = (processMemory() + networkMemory(work)) / 1e9;
const began = performance.now();
const { network, inputs } = await parts()[part](files);
const times = [];
for (let i = 0; i <= Number(values.repeats); i++) {
  const start = performance.now();
  await network.run(inputs);
  times.push((performance.now() - start) / 1000);
}
const loadSeconds = (performance.now() - began) / 1000 - times.slice(1).reduce((sum, time) => sum + time, 0);
await network.dispose(); // before the rates are measured, which take memory of their own
const planned = { anonymousGigabytes, seconds: secondsAt(await measureRates(engine), work.cost) };
const [first, ...others] = times;
console.log(
  JSON.stringify({
    loadSeconds,
    firstSeconds: first,
    seconds: Math.min(...others),
    planned,
  }),
);

function parts() {
  return {
    async unet(files) {
      const { config, network } = await loadUnet(files, { engine });
      const [size, tokens] = [config.sample_size, 77];
      const time = { dtype: 'float32', data: new Float32Array(rows).fill(500), shape: [rows] };
      const text = wave([rows, tokens, config.textDim]);
      const x = wave([rows, config.in_channels, size, size]);
      return { network, inputs: { x, time, text, ...(config.class_embed_type && { noiseLevel: time }) } };
    },
    async text_encoder(files) {
      const { network } = await loadT5(files, { engine });
      const shape = [rows, 77];
      const ids = {
        dtype: 'int64',
        data: BigInt64Array.from({ length: rows * 77 }, (_, i) => BigInt(i % 1000)),
        shape,
      };
      return { network, inputs: { ids, mask: { dtype: 'float32', data: new Float32Array(rows * 77).fill(1), shape } } };
    },
  };
}
