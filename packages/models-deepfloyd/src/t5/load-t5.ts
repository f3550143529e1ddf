import { sizeOf } from '@ungrain/core';
import { graph, input, nn, topological, type Engine, type Graph, type Weight } from '@ungrain/graph';
import type { CheckpointFiles } from '../checkpoint/checkpoint-files.js';
import type { Variant } from '../checkpoint/locate-weights.js';
import { loadWeights } from '../checkpoint/load-weights.js';
import { createNetwork, type InputShapes, type Network } from '../network.js';
import { networkWork, type NetworkWork } from '../network-work.js';
import type { Slot } from '../slot.js';
import { TEXT_TOKENS } from '../text/tokenizer.js';
import { keepTrace } from '../trace.js';
import { parseT5Config, type T5Config } from './config.js';
import { t5Encoder } from './encoder.js';

export interface LoadT5Options {
  readonly engine: Engine;
  readonly variants?: readonly Variant[] | undefined;
  /** Also gives the states before each layer and the bias of positions. */
  readonly traced?: boolean;
  readonly slot?: Slot | undefined;
}

export interface T5WorkOptions extends Pick<LoadT5Options, 'variants'> {
  /** Prompts of one call. Default 1. */
  readonly rows?: number;
  /** As if its matrices were int8: see `writeInt8Encoder`. */
  readonly int8?: boolean;
}

export interface LoadedT5 {
  readonly config: T5Config;
  /** Inputs `ids` and `mask`; output `states`. See EncoderInputs. */
  readonly network: Network;
}

/** The embedding of tokens is stored under either name, or both. */
const ALIASES = { 'shared.weight': ['encoder.embed_tokens.weight'] };

/**
 * Loads the text encoder of a diffusers folder: `config.json` and the weights beside it.
 * @throws UngrainError `bad-config`, `no-weights`, `bad-index`, `bad-safetensors`, `weights-mismatch`
 */
export async function loadT5(
  files: CheckpointFiles,
  { engine, variants, traced = false, slot }: LoadT5Options,
): Promise<LoadedT5> {
  const { config, weights } = await openT5(files, variants);
  const store = await engine.store(weights);
  return { config, network: createNetwork(engine, store, (shapes) => t5Graph(config, shapes, traced), slot) };
}

/**
 * What reading so many prompts at once takes. Nothing is read but the config and the headers of the weights.
 * @throws UngrainError as `loadT5` does
 */
export async function t5Work(
  files: CheckpointFiles,
  { variants, rows = 1, int8 = false }: T5WorkOptions = {},
): Promise<NetworkWork> {
  const { config, weights } = await openT5(files, variants);
  const network = t5Graph(config, { ids: [rows, TEXT_TOKENS], mask: [rows, TEXT_TOKENS] }, false);
  return networkWork(network, int8 ? new Map([...weights, ...asInt8(network, weights)]) : weights);
}

/** The config of an encoder, and its weights by the names of `t5Encoder`. @throws as `loadT5` does */
export async function openT5(files: CheckpointFiles, variants?: readonly Variant[]) {
  const config = parseT5Config(await files.json('config.json'), `${files.name}/config.json`);
  const weights = await loadWeights(files, declarationsOf(config), { variants, aliases: ALIASES });
  return { config, weights };
}

/** The names of an encoder's matrices that every token is multiplied by: nearly all that it has. */
export const t5Matrices = (config: T5Config): ReadonlySet<string> =>
  matricesOf(t5Graph(config, { ids: [1, 1], mask: [1, 1] }, false));

function matricesOf({ outputs }: Graph): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of topological([...outputs.values()])) {
    if (node.kind !== 'operation' || node.operator.name !== 'linear') continue;
    const [, weight] = node.inputs;
    if (weight?.kind === 'state') names.add(weight.name);
  }
  return names;
}

/** What the matrices would be if they were written as int8. */
const asInt8 = (network: Graph, weights: ReadonlyMap<string, Weight>): readonly (readonly [string, Weight])[] =>
  [...matricesOf(network)].map((name) => {
    const { shape } = weights.get(name)!;
    const length = sizeOf(shape);
    const scales = { offset: length, length: 4 * shape[0]! };
    return [name, { file: '', offset: 0, length, shape, dtype: 'int8', scales }];
  });

/** The weights of the encoder of a `config.json`. @throws UngrainError `bad-config` */
export const t5Declarations = (json: unknown): readonly nn.Declaration[] =>
  declarationsOf(parseT5Config(json, 'config.json'));

function declarationsOf(config: T5Config): readonly nn.Declaration[] {
  const scope = nn.Scope.root({ training: false });
  t5Encoder(scope, config);
  return scope.declarations;
}

function t5Graph(config: T5Config, { ids, mask }: InputShapes, traced: boolean) {
  const { trace, outputs } = keepTrace(traced);
  const encode = t5Encoder(nn.Scope.root({ training: false }), config, trace);
  const states = encode({ ids: input('ids', ids!, 'int64'), mask: input('mask', mask!) });
  return graph('t5', { ...Object.fromEntries(outputs), states });
}
