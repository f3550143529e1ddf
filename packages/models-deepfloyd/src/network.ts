import type { Engine, Executable, Graph, Store } from '@ungrain/graph';
import type { Value, Shape } from '@ungrain/core';

/** A network with fixed weights, compiled for each set of input shapes that it meets. */
export interface Network {
  /** Runs it once; its outputs by name. */
  run(inputs: Readonly<Record<string, Value>>): Promise<Record<string, Value>>;
  dispose(): Promise<void>;
}

/** The shapes of a graph's inputs by name. */
export type InputShapes = Readonly<Record<string, Shape>>;

/** Keeps the last few compiled graphs: guidance and views change the number of rows, images their size. */
const KEPT = 4;

export function createNetwork(engine: Engine, store: Store, build: (shapes: InputShapes) => Graph): Network {
  const executables = new Map<string, Promise<Executable>>();

  async function compiled(shapes: InputShapes): Promise<Executable> {
    const key = JSON.stringify(shapes);
    const executable = executables.get(key) ?? engine.compile(build(shapes), { constants: store });
    executables.delete(key);
    executables.set(key, executable);
    for (const [oldest, unused] of executables) {
      if (executables.size <= KEPT) break;
      executables.delete(oldest);
      await (await unused).dispose();
    }
    return executable;
  }

  return {
    async run(inputs) {
      const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
      return (await compiled(shapes)).run(null, inputs);
    },
    async dispose() {
      for (const executable of await Promise.all(executables.values())) await executable.dispose();
      executables.clear();
      store.dispose();
    },
  };
}
