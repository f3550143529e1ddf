/** Stages of the scripts' work: a line each, with its time; what a stage wrote is shown only if it failed. */
import { run } from './processes.mjs';

/**
 * @param work gives `{ failed, output }`, how many things failed and what to show then, or more; `skipped` says why
 *   nothing was done
 * @returns what `work` gave
 */
export async function stage(name, work) {
  const start = performance.now();
  if (process.stdout.isTTY) process.stdout.write(`${name} …\r`);
  const result = await work();
  const seconds = `${((performance.now() - start) / 1000).toFixed(1)} s`;
  console.log(
    `${name.padEnd(10)} ${result.failed ? 'FAILED ' : result.skipped ? 'skipped' : 'ok     '} ${seconds.padStart(8)}`,
  );
  if (result.failed) console.log(`${result.output}\n`);
  if (result.skipped) console.log(`           ${result.skipped}`);
  return result;
}

/** A stage's work that is one command, which passes or fails as a whole. */
export const command = (line) => async () => {
  const { code, output } = await run(line);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, output };
};
