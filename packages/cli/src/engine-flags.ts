import { engineNames, lazyEngine, type EngineSource } from '@ungrain/host';
import { Option } from 'commander';
import { wholeNumberFlag } from './common-flags.js';

/** What `engineFlag` and `threadsFlag` say. */
export interface EngineFlags {
  readonly engine: string;
  readonly threads?: number;
}

export const engineFlag = (): Option =>
  new Option('--engine <name>', `what runs networks: ${engineNames.join(' or ')}`).default('onnx');

export const threadsFlag = (): Option =>
  wholeNumberFlag('--threads', 'threads of the engine, all cores by default', { min: 1, max: 1024 });

/** @throws UngrainError `unknown-engine` */
export const engineOfFlags = ({ engine, threads }: EngineFlags): EngineSource => lazyEngine(engine, { threads });
