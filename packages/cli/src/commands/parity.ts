import { passed as isPassed, type ParityCheck } from '@ungrain/core/parity';
import { checkParity, parityFolder, parityGroups, type GroupReport } from '@ungrain/host';
import type { Command } from 'commander';
import { jsonFlag } from '../common-flags.js';
import { engineFlag, engineOfFlags, threadsFlag, type EngineFlags } from '../engine-flags.js';
import { EXIT } from '../failures.js';
import { printJson, printLine } from '../output.js';

interface ParityFlags extends EngineFlags {
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<folder>', 'a folder of reference vectors')
    .addOption(engineFlag())
    .addOption(threadsFlag())
    .addOption(jsonFlag())
    .action(checkFolder);
}

async function checkFolder(folder: string, flags: ParityFlags): Promise<void> {
  const { json = false } = flags;
  const source = await parityFolder(folder);
  const engine = await engineOfFlags(flags)();
  const groups = parityGroups(engine);
  const reports: GroupReport[] = [];
  for await (const report of checkParity(source, groups)) {
    reports.push(report);
    if (!json) printReport(report);
  }
  const skipped = reports.flatMap(({ name, skips }) => skips.map((skip) => `${name}: ${skip.replace(/\.$/, '')}`));
  const passed = reports.reduce((sum, report) => sum + report.passed, 0);
  const failed = reports.reduce((sum, report) => sum + report.failed, 0);
  if (json) printJson({ engine: engine.name, passed, failed, skipped, groups: reports });
  else printSummary(engine.name, passed, failed, skipped);
  if (failed > 0 || passed === 0) process.exitCode = EXIT.failure;
}

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
