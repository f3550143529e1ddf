import type { Engine, Executable, Graph, Store } from '@ungrain/graph';
import type { Value, Shape } from '@ungrain/core';
import type { Slot } from './slot.js';

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

/** @param slot memory that it shares with other networks; it is then compiled anew when it comes back */
export function createNetwork(
  engine: Engine,
  store: Store,
  build: (shapes: InputShapes) => Graph,
  slot?: Slot,
): Network {
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

  async function free(): Promise<void> {
    const compiling = [...executables.values()];
    executables.clear();
    for (const executable of await Promise.all(compiling)) await executable.dispose();
  }

  return {
    async run(inputs) {
      await slot?.enter(executables, free);
      const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
      return (await compiled(shapes)).run(null, inputs);
    },
    async dispose() {
      await free();
      store.dispose();
    },
  };
}
