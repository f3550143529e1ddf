import { suggestion, UngrainError } from '@ungrain/core';
import type { Engine } from '@ungrain/graph';

/** Gives the engine, starting it at the first call. Loading ONNX Runtime takes time, and many commands need none. */
export type EngineSource = () => Promise<Engine>;

export interface EngineOptions {
  /** Threads that one operator may use; all cores by default. */
  readonly threads?: number | undefined;
}

/** How each engine is made, by name. */
const ENGINES: Readonly<Record<string, (options: EngineOptions) => Promise<Engine>>> = {
  async onnx({ threads }) {
    const { createOnnxEngine } = await import('@ungrain/engine-onnx');
    return createOnnxEngine(threads === undefined ? {} : { threads });
  },
};

/**
 * An engine that is made when it is first needed, and then kept.
 * @throws UngrainError `unknown-engine`
 */
export function lazyEngine(name = 'onnx', options: EngineOptions = {}): EngineSource {
  const create = ENGINES[name];
  if (!create)
    throw new UngrainError('unknown-engine', `There is no engine '${name}'${suggestion(name, Object.keys(ENGINES))}`);
  let engine: Promise<Engine> | undefined;
  return () => (engine ??= create(options));
}
