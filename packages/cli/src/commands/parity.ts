import { passed as isPassed, type ParityCheck } from '@ungrain/core/parity';
import { checkParity, parityFolder, parityGroups, type GroupReport } from '@ungrain/host';
import type { Command } from 'commander';
import { jsonFlag } from '../common-flags.js';
import { engineFlag, engineOfFlags, threadsFlag, type EngineFlags } from '../engine-flags.js';
import { EXIT } from '../failures.js';
import { printJson, printLine } from '../output.js';

interface ParityFlags extends EngineFlags {
  readonly json?: boolean;
  readonly trace?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<folder>', 'a folder of reference vectors')
    .option(
      '--trace',
      "DeepFloyd IF's UNets only: every module's output beside the reference, in the order of the forward pass",
    )
    .addOption(engineFlag())
    .addOption(threadsFlag())
    .addOption(jsonFlag())
    .action(checkFolder);
}

async function checkFolder(folder: string, flags: ParityFlags): Promise<void> {
  const { json = false, trace = false } = flags;
  const source = await parityFolder(folder);
  const engine = await engineOfFlags(flags)();
  const groups = parityGroups(engine).filter(({ name }) => !trace || name === 'deepfloyd');
  const traced: ParityCheck[] = [];
  const onCheck = (check: ParityCheck): void => {
    if (!trace || !check.name.startsWith(TRACED)) return;
    traced.push(check);
    if (!json)
      printLine(`${isPassed(check) ? 'ok  ' : 'FAIL'} ${check.name.slice(TRACED.length)}: ${numbersOf(check)}`);
  };
  const reports: GroupReport[] = [];
  for await (const report of checkParity(source, groups, onCheck)) {
    reports.push(report);
    if (!json) printReport(report);
  }
  const skipped = reports.flatMap(({ name, skips }) => skips.map((skip) => `${name}: ${skip.replace(/\.$/, '')}`));
  const passed = reports.reduce((sum, report) => sum + report.passed, 0);
  const failed = reports.reduce((sum, report) => sum + report.failed, 0);
  if (json) printJson({ engine: engine.name, passed, failed, skipped, groups: reports, ...(trace && { traced }) });
  else printSummary(engine.name, passed, failed, skipped);
  if (failed > 0 || passed === 0) process.exitCode = EXIT.failure;
}

/** Checks of UNets are called so, then their file, case and module. */
const TRACED = 'unet ';

function printReport({ name, passed, failed, worst, failures }: GroupReport): void {
  const nearest = worst ? `; worst: ${numbersOf(worst)} at ${worst.name}` : '';
  printLine(`${failed > 0 ? 'FAIL' : 'ok  '} ${name}: ${passed} passed, ${failed} failed${nearest}`);
  for (const check of failures)
    printLine(`     ${check.name}: ${numbersOf(check)}${check.note ? ` (${check.note})` : ''}`);
}

const numbersOf = (check: ParityCheck): string =>
  check.error === Infinity && !isPassed(check)
    ? 'not comparable'
    : `error ${short(check.error)}, tolerance ${short(check.tolerance)}`;

const short = (x: number): string => (Number.isInteger(x) ? String(x) : x.toPrecision(3));

function printSummary(engine: string, passed: number, failed: number, skipped: readonly string[]): void {
  for (const line of skipped) printLine(`skip ${line}`);
  if (passed + failed === 0) printLine('There was nothing to check in this folder.');
  printLine(`engine ${engine}`);
  printLine(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
}
