import type { Tensor } from '@ungrain/core';
import { readTensorSpan } from '@ungrain/formats/files';
import { writeOnnx, type Engine, type Graph, type Pass, type Weight } from '@ungrain/graph';
import * as ort from 'onnxruntime-node';
import { findBlockWidth } from './block-width.js';
import { OnnxExecutable } from './executable.js';
import { selectPasses } from './passes.js';
import { sessionOptions, type OnnxEngineOptions } from './session.js';
import { MemoryStore } from './store.js';

/** An engine on ONNX Runtime's CPU provider, in this process. A run blocks the event loop until it is done. */
export function createOnnxEngine(options: OnnxEngineOptions = {}): Engine {
  const session = sessionOptions(options);
  let passes: Promise<readonly Pass[]> | undefined; // found out when the first graph is compiled
  return {
    name: 'onnx',
    versions: { onnxruntime: ort.env.versions.node ?? ort.env.versions.common },
    async store(weights) {
      const tensors = new Map<string, Tensor>();
      for (const [name, weight] of weights) tensors.set(name, await resolve(weight));
      return new MemoryStore(tensors);
    },
    async compile(graph, { constants } = {}) {
      passes ??= selectPasses(options.withoutPasses ?? [], () => findBlockWidth(session));
      const optimized = (await passes).reduce((current, pass) => pass.apply(current), graph);
      const fixed = constants ? constantsOf(graph, constants.names(), (name) => constants.get(name)) : undefined;
      const bytes = writeOnnx(optimized, fixed ? { constants: fixed } : {});
      return new OnnxExecutable(graph, await ort.InferenceSession.create(bytes, session), fixed);
    },
  };
}

const resolve = async (weight: Weight): Promise<Tensor> => ('file' in weight ? readTensorSpan(weight) : weight);

function constantsOf(graph: Graph, names: readonly string[], get: (name: string) => Tensor): Map<string, Tensor> {
  return new Map(
    names.filter((name) => graph.states.has(name) && !graph.updates.has(name)).map((name) => [name, get(name)]),
  );
}
