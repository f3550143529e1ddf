/** The tasks of run.mjs. Each gives the exit code, and installs and builds first what is missing. */
import { join } from 'node:path';
import { prepare } from './bootstrap.mjs';
import { runChecks } from './checks.mjs';
import { show, tool } from './processes.mjs';
import { root } from './workspace.mjs';

const TASKS = {
  /** Installs and builds, no more. */
  async setup() {
    if (!(await prepare())) return 1;
    console.log('Ready. Try: npm run demo, or npx ungrain --help');
    return 0;
  },

  /** Samples four of each digit into one picture. */
  async demo(...args) {
    if (!(await prepare())) return 1;
    const picture = 'demo/digits.png';
    const what = ['digits', '--class', '0..9', '--count', '4', '--guidance', 'cfg:scale=5', '--seed', '100'];
    const code = await show([...tool('ungrain', '@ungrain/cli'), 'sample', ...what, '--out', picture, ...args]);
    if (code === 0) console.log(`The picture is ${join(root, picture)}`);
    return code;
  },

  /** `npm run bench -- NAME …` runs benchmarks of bench/. */
  async bench(...args) {
    return (await prepare()) ? show([process.execPath, 'bench/run.mjs', ...args]) : 1;
  },

  /** All checks. The last line is always `N passed, N failed`. */
  test: runChecks,
};

export async function runTask([name, ...args]) {
  if (Object.hasOwn(TASKS, name)) return TASKS[name](...args);
  console.error(`Usage: node scripts/run.mjs ${Object.keys(TASKS).join('|')}`);
  return 2;
}
