import type { Value } from '@ungrain/core';
import {
  checkInputs,
  foreignStore,
  needsStore,
  nextName,
  type Executable,
  type Graph,
  type Store,
} from '@ungrain/graph';
import * as ort from 'onnxruntime-node';
import { MemoryStore } from './store.js';

/** A graph in an ONNX Runtime session. */
export class OnnxExecutable implements Executable {
  private readonly states: readonly string[];

  constructor(
    private readonly graph: Graph,
    private readonly session: ort.InferenceSession,
    fixed: readonly string[] = [],
  ) {
    this.states = [...graph.states.keys()].filter((name) => !fixed.includes(name));
  }

  async run(store: Store | null, inputs: Readonly<Record<string, Value>>): Promise<Record<string, Value>> {
    checkInputs(this.graph, inputs);
    const feeds: Record<string, ort.Tensor> = {};
    for (const [name, { dtype, data, shape }] of Object.entries(inputs))
      feeds[name] = new ort.Tensor(dtype as 'float32', data as Float32Array, shape);

    const memory = this.memory(store);
    for (const name of this.states) {
      const { data, shape } = memory!.borrow(name);
      feeds[name] = new ort.Tensor('float32', data, shape);
    }

    const results = await this.session.run(feeds);
    for (const [name, node] of this.graph.updates)
      memory?.replace(name, { data: results[nextName(name)]!.data as Float32Array, shape: node.shape });
    return Object.fromEntries(
      [...this.graph.outputs].map(([name, node]) => [
        name,
        { dtype: node.dtype, data: results[name]!.data, shape: node.shape } as Value,
      ]),
    );
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }

  private memory(store: Store | null): MemoryStore | null {
    if (store instanceof MemoryStore) return store;
    if (store) throw foreignStore(this.graph);
    if (this.states.length > 0 || this.graph.updates.size > 0) throw needsStore(this.graph, this.states);
    return null;
  }
}
