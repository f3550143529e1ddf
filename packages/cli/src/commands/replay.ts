import { basename, extname, join, dirname } from 'node:path';
import { UngrainError, type Plugin } from '@ungrain/core';
import {
  checkOutputFile,
  engineNames,
  freshName,
  lazyEngine,
  readRecord,
  replay,
  writeWhole,
  type Replay,
  type VersionDifference,
} from '@ungrain/host';
import { Option, type Command } from 'commander';
import { jsonFlag, weightsFlag } from '../common-flags.js';
import { addDeepfloydFlags, deepfloydOf, type DeepfloydFlags } from '../deepfloyd-flags.js';
import { threadsFlag } from '../engine-flags.js';
import { interruptible } from '../interruption.js';
import { printJson, printLine } from '../output.js';
import { pluginsOf } from '../plugin-flag.js';
import { startProgress } from '../progress.js';
import { versionsWith } from '../versions.js';

interface ReplayFlags extends DeepfloydFlags {
  readonly out?: string;
  readonly check?: boolean;
  readonly frames?: 'x' | 'x0';
  readonly weights?: string;
  readonly engine?: string;
  readonly threads?: number;
  readonly json?: boolean;
  readonly plugins?: readonly Plugin[];
}

export function define(command: Command): void {
  command
    .argument('<file>', 'a png, gif or safetensors file that Ungrain wrote, or JSON of `ungrain show --json`')
    .option('--out <file>', 'where it is written; NAME-replay by default')
    .addOption(
      new Option(
        '--frames <which>',
        'in place of what the file shows, a gif of the states x on the way, or of the estimates x0 of the images',
      ).choices(['x', 'x0']),
    )
    .option('--check', 'write nothing, and fail if it is not the same file')
    .addOption(weightsFlag())
    .addOption(
      new Option('--engine <name>', `what runs networks: ${engineNames.join(' or ')}; that of the run by default`),
    )
    .addOption(threadsFlag())
    .addOption(jsonFlag());
  addDeepfloydFlags(command);
  command.action((file: string, flags: ReplayFlags, self: Command) =>
    interruptible(async (signal) => run(file, { ...flags, plugins: await pluginsOf(self) }, signal)),
  );
}

async function run(path: string, flags: ReplayFlags, signal: AbortSignal): Promise<void> {
  const { check = false, frames, weights, plugins, threads, json = false } = flags;
  for (const other of ['out', 'frames'] as const)
    if (check && flags[other] !== undefined)
      throw new UngrainError('bad-flag', `--check writes nothing; leave out --${other}.`);
  const file = await readRecord(path);
  const extension = frames ? 'gif' : file.format === 'json' ? 'png' : file.format;
  const stem = join(dirname(path), `${basename(path, extname(path))}-replay`);
  const out = check ? null : (flags.out ?? (await freshName(stem, extension)));
  if (out !== null) await checkOutputFile(out, [extension]);
  const engine = lazyEngine(flags.engine ?? engineThen(file.record.spec.versions), { threads });
  const progress = await startProgress('{bar} step {value} of {total}, {eta} s left', 1, json);
  try {
    const onStep = (done: number, total: number): void => progress.update(done, {}, total);
    const versions = await versionsWith(engine);
    const { bytes, identical, otherVersions } = await replay(file, {
      engine,
      weights,
      plugins,
      deepfloyd: deepfloydOf(flags, { signal }),
      versions,
      frames,
      signal,
      onStep,
    });
    progress.stop();
    if (out !== null) await writeWhole(out, bytes);
    if (json) printJson({ file: out, identical, otherVersions });
    else tell(path, out, { identical, otherVersions });
    if (check && identical === false) process.exitCode = 1;
  } finally {
    progress.stop();
  }
}

/** The engine of the run, if there still is one of that name. */
const engineThen = ({ engine }: Readonly<Record<string, string>>): string =>
  engineNames.find((name) => name === engine) ?? engineNames[0]!;

function tell(path: string, out: string | null, { identical, otherVersions }: Omit<Replay, 'bytes'>): void {
  const written = out === null ? '' : `${out}: `;
  if (identical === null) return printLine(`${written}as ${path} says`);
  if (identical) return printLine(`${written}the same bytes as ${path}`);
  printLine(`${written}not the same bytes as ${path}${otherVersions.length > 0 ? ', which was made with' : ''}`);
  for (const one of otherVersions) printLine(`  ${versionText(one)}`);
}

const versionText = ({ name, then, now }: VersionDifference): string =>
  `${name} ${then ?? '(none)'}, and this is ${now ?? '(none)'}`;
