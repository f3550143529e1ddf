import { basename, dirname } from 'node:path';
import type { Tensor } from '@ungrain/core';
import type { FileSpan } from '@ungrain/formats/files';
import { foreignStore, writeOnnx, type Engine, type ExternalConstant, type Graph, type Pass } from '@ungrain/graph';
import * as ort from 'onnxruntime-node';
import { findBlockWidth } from './block-width.js';
import { OnnxExecutable } from './executable.js';
import { selectPasses } from './passes.js';
import { sessionIn, sessionOptions, type OnnxEngineOptions } from './session.js';
import { MemoryStore } from './store.js';

/** An engine on ONNX Runtime's CPU provider, in this process. A run blocks the event loop until it is done. */
export function createOnnxEngine(options: OnnxEngineOptions = {}): Engine {
  const session = sessionOptions(options);
  let passes: Promise<readonly Pass[]> | undefined; // found out when the first graph is compiled
  return {
    name: 'onnx',
    versions: { onnxruntime: ort.env.versions.node ?? ort.env.versions.common },
    store: async (weights) => new MemoryStore(weights),
    async compile(graph, { constants } = {}) {
      if (constants && !(constants instanceof MemoryStore)) throw foreignStore(graph);
      passes ??= selectPasses(options.withoutPasses ?? [], async () =>
        options.lowMemory ? null : findBlockWidth(session),
      );
      const optimized = (await passes).reduce((current, pass) => pass.apply(current), graph);
      const { fixed, folder } = constants ? constantsOf(graph, constants) : { fixed: undefined, folder: undefined };
      const bytes = writeOnnx(optimized, fixed ? { constants: fixed } : {});
      const created = await ort.InferenceSession.create(
        bytes,
        folder === undefined ? session : sessionIn(folder, session),
      );
      return new OnnxExecutable(graph, created, fixed && [...fixed.keys()]);
    },
  };
}

/**
 * The states of a store that a graph reads and does not change. Those that are still in files of one folder stay there and
 * are mapped: they take no memory that the system could not have back.
 */
function constantsOf(graph: Graph, store: MemoryStore) {
  const fixed = new Map<string, Tensor | ExternalConstant>();
  let folder: string | undefined;
  for (const name of store.names()) {
    if (!graph.states.has(name) || graph.updates.has(name)) continue;
    const span = store.spanOf(name);
    const external = span && mappable(span);
    if (external) folder ??= dirname(span.file);
    fixed.set(name, external && folder === dirname(span.file) ? external : store.borrow(name));
  }
  return { fixed, folder };
}

function mappable({ file, offset, length, dtype = 'float32', scales }: FileSpan): ExternalConstant | null {
  const place = { location: basename(file), offset, length };
  if (dtype === 'int8') return scales ? { ...place, dtype, scales } : null;
  if (dtype !== 'float32' && dtype !== 'float16' && dtype !== 'bfloat16') return null;
  return { ...place, dtype };
}
