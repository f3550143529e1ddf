import { graph, input, nn, type Engine } from '@ungrain/graph';
import type { CheckpointFiles } from '../checkpoint/checkpoint-files.js';
import type { Variant } from '../checkpoint/locate-weights.js';
import { findNotFinite } from '../checkpoint/find-not-finite.js';
import { loadWeights } from '../checkpoint/load-weights.js';
import { createNetwork, type InputShapes, type Network } from '../network.js';
import type { Slot } from '../slot.js';
import { keepTrace } from '../trace.js';
import { parseUnetConfig, type UnetConfig } from './config.js';
import { unet } from './unet.js';

export interface LoadUnetOptions {
  readonly engine: Engine;
  readonly variants?: readonly Variant[] | undefined;
  /** Also gives the output of every module, under its name. */
  readonly traced?: boolean;
  readonly slot?: Slot | undefined;
}

export interface LoadedUnet {
  readonly config: UnetConfig;
  /** Inputs `x`, `time`, `text` and, in stage II, `noiseLevel`; output `output`. See UnetInputs. */
  readonly network: Network;
  /** See `findNotFinite`. */
  findNotFinite(): Promise<string | null>;
}

/**
 * Loads the UNet of a diffusers folder: `config.json` and the weights beside it.
 * @throws UngrainError `bad-config`, `no-weights`, `bad-index`, `bad-safetensors`, `weights-mismatch`
 */
export async function loadUnet(
  files: CheckpointFiles,
  { engine, variants, traced = false, slot }: LoadUnetOptions,
): Promise<LoadedUnet> {
  const config = parseUnetConfig(await files.json('config.json'), `${files.name}/config.json`);
  const store = await engine.store(await loadWeights(files, declarationsOf(config), { variants }));
  return {
    config,
    network: createNetwork(engine, store, (shapes) => unetGraph(config, shapes, traced), slot),
    findNotFinite: () => findNotFinite(files, variants),
  };
}

/** The weights of the UNet of a `config.json`. @throws UngrainError `bad-config` */
export const unetDeclarations = (json: unknown): readonly nn.Declaration[] =>
  declarationsOf(parseUnetConfig(json, 'config.json'));

function declarationsOf(config: UnetConfig): readonly nn.Declaration[] {
  const scope = nn.Scope.root({ training: false });
  unet(scope, config);
  return scope.declarations;
}

function unetGraph(config: UnetConfig, shapes: InputShapes, traced: boolean) {
  const { trace, outputs } = keepTrace(traced);
  const { x, time, text, noiseLevel } = shapes;
  const output = unet(
    nn.Scope.root({ training: false }),
    config,
    trace,
  )({
    x: input('x', x!),
    time: input('time', time!),
    text: input('text', text!),
    noiseLevel: noiseLevel && input('noiseLevel', noiseLevel),
  });
  return graph('unet', { ...Object.fromEntries(outputs), output });
}
