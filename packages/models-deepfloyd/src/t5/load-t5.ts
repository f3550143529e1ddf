import { graph, input, nn, type Engine } from '@ungrain/graph';
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
  const config = parseT5Config(await files.json('config.json'), `${files.name}/config.json`);
  const weights = await loadWeights(files, declarationsOf(config), { variants, aliases: ALIASES });
  const store = await engine.store(weights);
  return { config, network: createNetwork(engine, store, (shapes) => t5Graph(config, shapes, traced), slot) };
}

/**
 * What reading so many prompts at once takes, one by default. Nothing is read but the config and the headers of the weights.
 * @throws UngrainError as `loadT5` does
 */
export async function t5Work(
  files: CheckpointFiles,
  { variants, rows = 1 }: Pick<LoadT5Options, 'variants'> & { readonly rows?: number } = {},
): Promise<NetworkWork> {
  const config = parseT5Config(await files.json('config.json'), `${files.name}/config.json`);
  const weights = await loadWeights(files, declarationsOf(config), { variants, aliases: ALIASES });
  const shapes = { ids: [rows, TEXT_TOKENS], mask: [rows, TEXT_TOKENS] };
  return networkWork(t5Graph(config, shapes, false), weights);
}

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
