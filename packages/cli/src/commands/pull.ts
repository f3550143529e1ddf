import { suggestion, UngrainError } from '@ungrain/core';
import { byteText, PARTS, planPull, type Part, type PullPlan } from '@ungrain/host';
import { Option, type Command } from 'commander';
import { jsonFlag } from '../common-flags.js';
import { interruptible } from '../interruption.js';
import { counted, printColumns, printJson, printLine } from '../output.js';
import { startProgress } from '../progress.js';
import { quote } from '../shell-words.js';

interface PullFlags {
  readonly variant?: 'fp16' | 'fp32';
  readonly without?: readonly Part[];
  readonly to?: string;
  readonly revision?: string;
  readonly endpoint?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<model>', 'OWNER/NAME on the hub of Hugging Face')
    .addOption(
      new Option('--variant <type>', 'which weights; fp16 by default, and fp32 where there are none').choices([
        'fp16',
        'fp32',
      ]),
    )
    .addOption(
      new Option(
        '--without <parts>',
        `parts to leave out, such as text_encoder; known are ${PARTS.join(', ')}`,
      ).argParser(parseParts),
    )
    .option('--to <folder>', 'where to; by default a folder for models, from which their names alone find them')
    .option('--revision <name>', 'a branch, tag or commit', 'main')
    .option('--endpoint <url>', 'a mirror of the hub; $HF_ENDPOINT by default')
    .option('--dry-run', 'print what would be fetched and what is free, and fetch nothing')
    .addOption(jsonFlag())
    .action((model: string, flags: PullFlags) => interruptible((signal) => pull(model, flags, signal)));
}

async function pull(model: string, flags: PullFlags, signal: AbortSignal): Promise<void> {
  const { dryRun = false, json = false } = flags;
  const plan = await planPull({ ...flags, model, signal });
  if (!json) printPlan(plan);
  if (dryRun) return json ? printJson(planJson(plan)) : printFiles(plan);
  await fetchWithProgress(plan, json);
  if (json) return printJson(planJson(plan));
  printLine(`${plan.name} is in ${plan.folder}.`);
  printLine(`Use it: ungrain generate "a prompt" ${sourceFlags(plan, flags.to ?? plan.name)}`);
}

/** How `generate` is told of what was pulled; names in capitals stand for what a person has to add. */
function sourceFlags({ files }: PullPlan, place: string): string {
  const has = (part: Part): boolean => files.some(({ path }) => path.startsWith(`${part}/`));
  if (has('image_noising_scheduler')) return `--stage1 STAGE1 --stage2 ${quote(place)}`;
  return `--stage1 ${quote(place)}${has('text_encoder') ? '' : ' --prompts PACK'}`;
}

/** Updates of the bar a second: its estimate of the time that is left is over the last 50. */
const UPDATES = 4;

async function fetchWithProgress({ fetch, missingBytes }: PullPlan, silent: boolean): Promise<void> {
  const format = '{bar} {percentage} % of {size}, {speed}/s, {eta_formatted} left: {path}';
  const size = byteText(missingBytes);
  const progress = await startProgress(format, missingBytes, silent, { size, speed: byteText(0), path: '' });
  const started = performance.now();
  let shown = 0;
  try {
    await fetch((done, path) => {
      const now = performance.now();
      if (now - shown < 1000 / UPDATES) return;
      shown = now;
      progress.update(done, { speed: byteText(Math.round((done / (now - started)) * 1000)), path });
    });
  } finally {
    progress.stop();
  }
}

function printPlan({ licence, files, missing, bytes, missingBytes, freeBytes, folder }: PullPlan): void {
  printLine(licence);
  const whole = `${counted(files.length, 'file')}, ${byteText(bytes)}`;
  const rest = missing.length === 0 ? 'all are there' : `${byteText(missingBytes)} to fetch`;
  printLine(`${whole}, ${rest}; ${byteText(freeBytes)} are free at ${folder}.`);
}

function printFiles({ files, missing }: PullPlan): void {
  const rows = files.map((file) => [file.path, byteText(file.size), missing.includes(file) ? '' : 'is there']);
  printColumns(rows, '  ');
}

const planJson = ({ name, folder, commit, licence, files, missing, ...sizes }: PullPlan): object => ({
  name,
  folder,
  commit,
  licence,
  bytes: sizes.bytes,
  missingBytes: sizes.missingBytes,
  freeBytes: sizes.freeBytes,
  files: files.map((file) => ({ path: file.path, size: file.size, missing: missing.includes(file) })),
});

/** @throws UngrainError `bad-flag` */
function parseParts(text: string): readonly Part[] {
  return text.split(',').map((name) => {
    const part = PARTS.find((known) => known === name.trim());
    if (part) return part;
    throw new UngrainError('bad-flag', `--without knows no part '${name.trim()}'${suggestion(name.trim(), PARTS)}`);
  });
}
