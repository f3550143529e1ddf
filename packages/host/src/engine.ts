import { suggestion, UngrainError } from '@ungrain/core';
import type { Engine } from '@ungrain/graph';

/** Gives the engine, starting it at the first call. Loading ONNX Runtime takes time, and many commands need none. */
export type EngineSource = (needs?: EngineNeeds) => Promise<Engine>;

export interface EngineNeeds {
  /** The network is large: what saves memory counts more than what saves time. */
  readonly lowMemory?: boolean;
}

export interface EngineOptions {
  /** Threads that one operator may use; all cores by default. A GPU does not ask. */
  readonly threads?: number | undefined;
}

/** How each engine is made, by name. */
const ENGINES: Readonly<Record<string, (options: EngineOptions & EngineNeeds) => Promise<Engine>>> = {
  async onnx({ threads, lowMemory = false }) {
    const { createOnnxEngine } = await import('@ungrain/engine-onnx');
    return createOnnxEngine({ lowMemory, ...(threads !== undefined && { threads }) });
  },
  async tfjs({ threads }) {
    const { createTfjsEngine } = await import('@ungrain/engine-tfjs');
    return createTfjsEngine(threads === undefined ? {} : { threads });
  },
};

/** What `lazyEngine` knows. */
export const engineNames: readonly string[] = Object.keys(ENGINES);

/**
 * An engine that is made when it is first needed, and then kept; one for each kind of needs.
 * @throws UngrainError `unknown-engine`; the source: `no-tensorflow` if the engine's library is not installed
 */
export function lazyEngine(name = 'onnx', options: EngineOptions = {}): EngineSource {
  const create = Object.hasOwn(ENGINES, name) ? ENGINES[name] : undefined;
  if (!create) throw new UngrainError('unknown-engine', `There is no engine '${name}'${suggestion(name, engineNames)}`);
  const engines = new Map<boolean, Promise<Engine>>();
  return ({ lowMemory = false } = {}) => {
    const engine = engines.get(lowMemory) ?? create({ ...options, lowMemory });
    engines.set(lowMemory, engine);
    return engine;
  };
}
