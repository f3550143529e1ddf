import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Tensorflow } from '../tensorflow.js';

/** A TensorFlow.js that tests run on. */
export interface TestedTensorflow {
  readonly name: string;
  load(): Promise<Tensorflow>;
}

/** Plain JavaScript, and the native library where scripts/tfjs-native.mjs has made one (`npm test` has it do so). */
export const tensorflows: readonly TestedTensorflow[] = [
  {
    name: 'tfjs-cpu',
    async load() {
      const tf = await import('@tensorflow/tfjs-core');
      await import('@tensorflow/tfjs-backend-cpu');
      return tf;
    },
  },
  ...(process.env['UNGRAIN_TFJS_NATIVE'] ? [{ name: 'tfjs-node', load: loadNative }] : []),
];

async function loadNative(): Promise<Tensorflow> {
  const require = createRequire(join(process.env['UNGRAIN_TFJS_NATIVE']!, 'package.json'));
  return require('@tensorflow/tfjs-node') as Tensorflow;
}
