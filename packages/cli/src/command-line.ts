import { Command } from 'commander';
import { COMMANDS } from './command-table.js';
import { commanderSentence, exitStatusOf, report, statusOfCommander } from './failures.js';
import { pluginFlag } from './plugin-flag.js';
import { version } from './versions.js';

/**
 * Runs the command line `args`, sets the exit status, and never throws. For `--help` and `--version` nothing is loaded
 * but commander.
 */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  process.stdout.on('error', leaveQuietly);
  try {
    const program = await createProgram(wordsOf(args));
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    const status = statusOfCommander(error);
    if (status === null) process.stderr.write(report(error));
    process.exitCode = status ?? exitStatusOf(error);
  }
}

/** Without flags and what `--plugin` names, and without the `help` of `ungrain help sample`. */
const wordsOf = (args: readonly string[]): readonly string[] =>
  args.filter((word, i) => !word.startsWith('-') && args[i - 1] !== '--plugin' && !(i === 0 && word === 'help'));

/** The command that words lead to, as it is typed: `ungrain train judge`. */
function pathTo(program: Command, words: readonly string[]): string {
  let command = program;
  let path = program.name();
  for (const word of words) {
    const next = command.commands.find((one) => one.name() === word);
    if (!next) break;
    command = next;
    path += ` ${word}`;
  }
  return path;
}

/** All commands by name and summary; only the chosen one with its flags. */
async function createProgram(words: readonly string[]): Promise<Command> {
  const program = new Command('ungrain')
    .description('Sample, train and evaluate diffusion and flow-matching models.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addOption(pluginFlag())
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      `\nExample:\n  ${COMMANDS[0]!.example}\n\nExit status: 0 done, 1 failed, 2 asked for something impossible, 130 interrupted.`,
    )
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(commanderSentence(text, pathTo(program, words))) });
  for (const { name, summary, example, load } of COMMANDS) {
    const command = program.command(name).description(summary).addHelpText('after', `\nExample:\n  ${example}`);
    if (name === words[0]) (await load()).define(command);
  }
  return program;
}

/** `ungrain list | head -1` closes the pipe early; that is no failure. */
function leaveQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}
