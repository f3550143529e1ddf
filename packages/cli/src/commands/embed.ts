import { readFile } from 'node:fs/promises';
import { UngrainError } from '@ungrain/core';
import { checkOutputFile, embedPrompts, PACK_FORMATS, withFile, writeWhole, type EncoderWeights } from '@ungrain/host';
import { Option, type Command } from 'commander';
import { jsonFlag } from '../common-flags.js';
import { encoderWeightsFlag } from '../deepfloyd-flags.js';
import { engineFlag, engineOfFlags, threadsFlag, type EngineFlags } from '../engine-flags.js';
import { interruptible } from '../interruption.js';
import { counted, printJson, printLine } from '../output.js';
import { startProgress } from '../progress.js';

interface EmbedFlags extends EngineFlags {
  readonly out: string;
  readonly file?: string;
  readonly pack: readonly string[];
  readonly encoder?: string;
  readonly encoderWeights: EncoderWeights;
  readonly cache?: boolean;
  readonly json?: boolean;
}

const collect = (text: string, previous: readonly string[]): readonly string[] => [...previous, text];

export function define(command: Command): void {
  command
    .argument('[prompt...]', 'each in quotes')
    .requiredOption('--out <file>', 'the pack: safetensors, or pth for PyTorch')
    .option('--encoder <folder>', 'a diffusers folder whose text_encoder reads the prompts')
    .addOption(encoderWeightsFlag())
    .option('--file <file>', 'further prompts, one on each line')
    .addOption(
      new Option('--pack <file>', 'takes in the prompts of a pack, .pth or .safetensors, repeatable')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--no-cache', 'do not keep what the text encoder made, nor look it up')
    .addOption(engineFlag())
    .addOption(threadsFlag())
    .addOption(jsonFlag())
    .action((prompts: readonly string[], flags: EmbedFlags) =>
      interruptible((signal) => embed(prompts, flags, signal)),
    );
}

async function embed(typed: readonly string[], flags: EmbedFlags, signal: AbortSignal): Promise<void> {
  const { out, encoder, encoderWeights, pack: packs, cache, json = false } = flags;
  const format = await checkOutputFile(out, PACK_FORMATS);
  const prompts = [...typed, ...(flags.file === undefined ? [] : await linesOf(flags.file))];
  if (prompts.length + packs.length === 0)
    throw new UngrainError('bad-flag', 'There is nothing to embed: name prompts, a --file of them, or a --pack.');
  const progress = await startProgress('{part} {bar} {value} of {total}', 1, json, { part: 'text encoder' });
  const notes: string[] = [];
  try {
    const { pack, bytes } = await embedPrompts(prompts, {
      engine: engineOfFlags(flags),
      encoder,
      encoderWeights,
      packs,
      cache,
      format,
      signal,
      onPart: (part, done, total) => progress.update(done, { part }, total),
      onNote: (note) => notes.push(note),
    });
    await writeWhole(out, bytes);
    progress.stop();
    const [tokens, features] = [...pack.values()][0]!.shape;
    if (json) return printJson({ file: out, prompts: [...pack.keys()], shape: [1, tokens, features], notes });
    notes.forEach((note) => printLine(note));
    const size = `${(bytes.length / 1e6).toFixed(1)} MB`;
    printLine(`${out}: ${counted(pack.size, 'prompt')} of ${tokens} tokens × ${features} features, float16, ${size}`);
  } finally {
    progress.stop();
  }
}

const linesOf = async (path: string): Promise<readonly string[]> =>
  (await withFile(path, 'read', () => readFile(path, 'utf8')))
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
