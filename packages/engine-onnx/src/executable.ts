import { formatShape, sameShape, suggestion, UngrainError, type Tensor, type Value } from '@ungrain/core';
import { nextName, type Executable, type Graph, type Store } from '@ungrain/graph';
import * as ort from 'onnxruntime-node';
import { MemoryStore } from './store.js';

/** A graph in an ONNX Runtime session. */
export class OnnxExecutable implements Executable {
  private readonly states: readonly string[];

  constructor(
    private readonly graph: Graph,
    private readonly session: ort.InferenceSession,
    fixed: ReadonlyMap<string, Tensor> = new Map(),
  ) {
    this.states = [...graph.states.keys()].filter((name) => !fixed.has(name));
  }

  async run(store: Store | null, inputs: Readonly<Record<string, Value>>): Promise<Record<string, Value>> {
    const feeds: Record<string, ort.Tensor> = {};
    for (const [name, value] of Object.entries(inputs)) feeds[name] = this.feed(name, value);
    for (const [name, { shape }] of this.graph.inputs)
      if (!(name in feeds)) throw badInput(this.graph, `misses input '${name}' of shape ${formatShape(shape)}.`);

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

  private feed(name: string, value: Value): ort.Tensor {
    const expected = this.graph.inputs.get(name);
    if (!expected)
      throw badInput(this.graph, `has no input '${name}'${suggestion(name, [...this.graph.inputs.keys()])}`);
    if (value.dtype !== expected.dtype || !sameShape(value.shape, expected.shape))
      throw badInput(
        this.graph,
        `wants input '${name}' as ${expected.dtype} ${formatShape(expected.shape)}, not as ${value.dtype} ${formatShape(value.shape)}.`,
      );
    return new ort.Tensor(value.dtype, value.data as never, value.shape);
  }

  private memory(store: Store | null): MemoryStore | null {
    if (store instanceof MemoryStore) return store;
    if (store) throw badInput(this.graph, 'was given a store of another engine.');
    if (this.states.length > 0 || this.graph.updates.size > 0)
      throw badInput(this.graph, `has states ('${this.states[0] ?? 'updates'}' …) and needs a store.`);
    return null;
  }
}

const badInput = (graph: Graph, reason: string): UngrainError =>
  new UngrainError('bad-input', `Graph '${graph.name}' ${reason}`);
