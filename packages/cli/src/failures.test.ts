import { afterEach, expect, test } from '@jest/globals';
import { UngrainError } from '@ungrain/core';
import { CommanderError } from 'commander';
import { commanderSentence, exitStatusOf, report, statusOfCommander } from './failures.js';

const { UNGRAIN_DEBUG } = process.env;
afterEach(() => {
  process.env['UNGRAIN_DEBUG'] = UNGRAIN_DEBUG ?? '';
});

test('exit statuses', () => {
  expect(exitStatusOf(new UngrainError('bad-option', 'No.'))).toBe(2);
  expect(exitStatusOf(new UngrainError('file-not-read', 'No.', 'failure'))).toBe(1);
  expect(exitStatusOf(new UngrainError('aborted', 'No.', 'failure'))).toBe(130);
  expect(exitStatusOf(new TypeError('oops'))).toBe(1);
  expect(statusOfCommander(new CommanderError(0, 'commander.help', ''))).toBe(0);
  expect(statusOfCommander(new CommanderError(1, 'commander.unknownOption', ''))).toBe(2);
  expect(statusOfCommander(new TypeError('oops'))).toBeNull();
});

test('one sentence, and the stack only on demand', () => {
  process.env['UNGRAIN_DEBUG'] = '';
  expect(report(new UngrainError('bad-option', 'Steps are at least 1.'))).toBe('ungrain: Steps are at least 1.\n');
  expect(report(new UngrainError('unknown', "Unknown 'a', did you mean 'b'?."))).toBe(
    "ungrain: Unknown 'a', did you mean 'b'?\n",
  );
  expect(report(new TypeError('x is undefined\nmore'))).toBe(
    'ungrain: Something unforeseen went wrong: x is undefined; set UNGRAIN_DEBUG=1 to see where.\n',
  );
  process.env['UNGRAIN_DEBUG'] = '1';
  expect(report(new UngrainError('bad-option', 'No.'))).toContain('failures.test');
});

test.each([
  ["error: unknown option '--stesp'\n(Did you mean --steps?)\n", "Unknown option '--stesp', did you mean '--steps'?"],
  [
    "error: unknown option '--stage'\n(Did you mean one of --stage1, --stage2?)\n",
    "Unknown option '--stage', did you mean '--stage1' or '--stage2'?",
  ],
  ["error: unknown option '--foo'\n", "Unknown option '--foo'; see `ungrain sample --help`."],
  ["error: missing required argument 'model'\n", "Missing required argument 'model'; see `ungrain sample --help`."],
])('%s', (text, sentence) => expect(commanderSentence(text, 'ungrain sample')).toBe(`ungrain: ${sentence}\n`));
