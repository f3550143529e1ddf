import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawParameters, TorchGenerator, type Value } from '@ungrain/core';
import { writeSafetensors } from '@ungrain/formats';
import { input, nn } from '@ungrain/graph';
import { unet } from '@ungrain/models-mnist';

/** Weights of the smallest digits network, as they are before training. */
export async function writeTinyWeights(path: string): Promise<void> {
  const scope = nn.Scope.root({ training: false });
  unet(scope, { kind: 'class', hidden: 2 })({
    x: input('x', [1, 1, 28, 28]),
    t: input('t', [1, 1]),
    c: input('c', [1, 10]),
  });
  const tensors = drawParameters(new TorchGenerator(1), scope.declarations);
  const values = new Map<string, Value>([...tensors].map(([name, tensor]) => [name, { dtype: 'float32', ...tensor }]));
  await writeFile(path, writeSafetensors(values));
}

/** A folder of IDX files like MNIST's, with `count` images of noise in each split, the classes in turn. */
export async function writeTinyMnist(folder: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const generator = new TorchGenerator(2);
  for (const split of ['train', 't10k']) {
    const pixels = Uint8Array.from(generator.randint(0, 256, count * 28 * 28));
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
    await writeFile(join(folder, `${split}-images-idx3-ubyte`), idx([count, 28, 28], pixels));
    await writeFile(join(folder, `${split}-labels-idx1-ubyte`), idx([count], labels));
  }
}

function idx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0800 + shape.length);
  shape.forEach((size, i) => view.setUint32(4 + 4 * i, size));
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}
