import type { Tensor } from '@ungrain/core';
import { readTensorSpan } from '@ungrain/formats/files';
import { zeroSums, type Engine } from '@ungrain/graph';
import { TfjsExecutable } from './executable.js';
import { findTensorflow, type FindOptions } from './find-tensorflow.js';
import { lower } from './program/lower.js';
import { TfjsStore } from './store.js';
import { nativeBackend, type Tensorflow } from './tensorflow.js';

export interface TfjsEngineOptions extends FindOptions {
  /** The library to use, as `await import('@tensorflow/tfjs-node')` gives it, instead of the best that is installed. */
  readonly tensorflow?: object;
}

/**
 * An engine on TensorFlow.js: what is installed of `@tensorflow/tfjs-node-gpu`, `@tensorflow/tfjs-node` and
 * `@tensorflow/tfjs`, in this order. Its name tells which: `tfjs-node-gpu`, `tfjs-node`, or `tfjs-cpu`, `tfjs-webgl` …
 * for the backend that the last has chosen. A run blocks the event loop until it is done, but for what a GPU does.
 *
 * @throws UngrainError `no-tensorflow` if none is installed, or if the one that is cannot be loaded
 */
export async function createTfjsEngine({ tensorflow, ...options }: TfjsEngineOptions = {}): Promise<Engine> {
  const tf = (tensorflow ?? (await findTensorflow(options))) as Tensorflow;
  tf.enableProdMode(); // else it advertises other packages of its own on stderr
  await tf.ready();
  const native = nativeBackend(tf);
  return {
    name: native ? (native.isGPUPackage ? 'tfjs-node-gpu' : 'tfjs-node') : `tfjs-${tf.getBackend()}`,
    versions: { 'tensorflow.js': tf.version_core, ...(native && { tensorflow: native.binding.TF_Version }) },
    async store(weights) {
      const store = new TfjsStore(tf);
      for (const [name, weight] of weights) {
        const tensor: Tensor = 'file' in weight ? await readTensorSpan(weight) : weight;
        store.set(name, tensor);
      }
      return store;
    },
    async compile(graph, { constants } = {}) {
      const program = lower(zeroSums.apply(graph), native !== null);
      const fixed = (constants?.names() ?? []).filter((name) => program.states.has(name) && !graph.updates.has(name));
      const store = constants instanceof TfjsStore ? constants : null;
      return new TfjsExecutable(tf, graph, program, new Map(fixed.map((name) => [name, store!.borrow(name)])));
    },
  };
}
