import { createView } from '@ungrain/core';
import { checkView, type ViewReport } from '@ungrain/samplers';
import type { Command } from 'commander';
import { catalogs } from '../catalogs.js';
import { jsonFlag, wholeNumberFlag } from '../common-flags.js';
import { pluginsOf } from '../plugin-flag.js';
import { printColumns, printJson, printLine } from '../output.js';

interface CheckViewFlags {
  readonly size: number;
  readonly channels: number;
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<view>', 'NAME, NAME:KEY=VALUE:KEY=VALUE, or several joined by +, one after the other')
    .addOption(wholeNumberFlag('--size', 'side of the images', { min: 1, max: 256 }).default(64))
    .addOption(wholeNumberFlag('--channels', 'channels of the images', { min: 1, max: 4 }).default(3))
    .addOption(jsonFlag())
    .action(check);
}

async function check(text: string, { size, channels, json }: CheckViewFlags, command: Command): Promise<void> {
  const shape = [channels, size, size];
  const { views } = catalogs(await pluginsOf(command)).registry;
  const report = checkView(createView(text.replaceAll(',', ':'), views, shape), shape);
  if (!report.works) process.exitCode = 1;
  if (json) return printJson({ view: text, shape, ...report });
  printLine(
    `${text} at ${size} × ${size} × ${channels} ${report.works ? 'works' : 'cannot work'}: ${sentence(report)}`,
  );
  printColumns(rowsOf(report), '  ');
}

const sentence = ({ reason }: ViewReport): string => `${reason.charAt(0).toLowerCase()}${reason.slice(1)}`;

const rowsOf = ({ linearity, orthogonality, variance, inverse }: ViewReport): readonly (readonly string[])[] => [
  ['commutes with α·data + σ·noise', `off by ${short(linearity)}`],
  ['A·Aᵀ = I', `off by ${short(orthogonality)}`],
  [
    'variance of the noise',
    `${short(variance.lowest)} to ${short(variance.highest)}, ${short(variance.mean)} on average`,
  ],
  ['there and back', `off by ${short(inverse)}`],
];

const short = (value: number): string => String(Number(value.toPrecision(2)));
