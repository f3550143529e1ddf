import { graph, input, nn, type Engine } from '@ungrain/graph';
import type { CheckpointFiles } from '../checkpoint/checkpoint-files.js';
import type { Variant } from '../checkpoint/locate-weights.js';
import { findNotFinite } from '../checkpoint/find-not-finite.js';
import { loadWeights } from '../checkpoint/load-weights.js';
import { createNetwork, type InputShapes, type Network } from '../network.js';
import { networkWork, type NetworkWork } from '../network-work.js';
import type { Slot } from '../slot.js';
import { TEXT_TOKENS } from '../text/tokenizer.js';
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

export interface UnetWorkOptions extends Pick<LoadUnetOptions, 'variants'> {
  readonly rows: number;
  /** [height, width] of the images; those that it was trained on by default. */
  readonly size?: readonly [number, number] | undefined;
}

/**
 * What a call of a folder's UNet takes. Nothing is read but the config and the headers of the weights.
 * @throws UngrainError as `loadUnet` does
 */
export async function unetWork(
  files: CheckpointFiles,
  { variants, rows, size }: UnetWorkOptions,
): Promise<NetworkWork> {
  const config = parseUnetConfig(await files.json('config.json'), `${files.name}/config.json`);
  const [height, width = height] = size ?? [config.sample_size ?? 64].flat();
  const shapes: InputShapes = {
    x: [rows, config.in_channels, height, width],
    time: [rows],
    text: [rows, TEXT_TOKENS, config.textDim],
    ...(config.class_embed_type && { noiseLevel: [rows] }),
  };
  return networkWork(unetGraph(config, shapes, false), await loadWeights(files, declarationsOf(config), { variants }));
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
