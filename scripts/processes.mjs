/** Child processes: found, run quietly or in view, and taken down with this one. */
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { readJson, root } from './workspace.mjs';

// turbo looks for pnpm on the path; none of our tools shall report home or look for newer versions of itself.
Object.assign(process.env, {
  PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
});
// `npm --silent` would silence the errors of every npm and pnpm below it too.
delete process.env.npm_config_loglevel;

const children = new Set();
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, async () => {
    stopping = true;
    for (const child of children) child.kill(signal);
    await Promise.all([...children].map((child) => once(child, 'close')));
    process.exit(128 + constants.signals[signal]);
  });

/** How to run a command of an installed package with this very Node, without a shell in between. */
export function tool(name, packageName = name) {
  const folder = join(root, 'node_modules', packageName);
  const { bin } = readJson(folder, 'package.json');
  return [process.execPath, join(folder, typeof bin === 'string' ? bin : bin[name])];
}

/** How to run npm: the one that runs us, if one does. */
export function npm() {
  const path = process.env.npm_execpath;
  return path?.endsWith('npm-cli.js') ? [process.execPath, path] : ['npm'];
}

/** Runs a command and gives its exit code and all it wrote. It is ended after `seconds`. */
export async function run(command, { cwd = root, env = process.env, seconds } = {}) {
  const output = [];
  const limit = seconds === undefined ? {} : { timeout: seconds * 1000 };
  const code = await finish(command, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], ...limit }, (child) => {
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => output.push(part));
  });
  return { code, output: Buffer.concat(output).toString().trimEnd() };
}

/** Runs a command in view, with the keyboard, and gives its exit code. */
export const show = (command) => finish(command, { cwd: root, stdio: 'inherit' });

/** The exit code; never comes back once this process is stopping. */
function finish([program, ...args], options, began = () => {}) {
  return new Promise((resolve) => {
    if (stopping) return;
    const child = spawn(program, args, options);
    children.add(child);
    child.on('error', (error) => {
      console.error(`${program} could not be started: ${error.message}`);
      children.delete(child);
      resolve(127); // as shells say it
    });
    child.on('close', (code, signal) => {
      children.delete(child);
      if (!stopping) resolve(code ?? 128 + constants.signals[signal]);
    });
    began(child);
  });
}

/** An empty folder that is removed when this process ends. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'ungrain-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Does `work` with every item, at most `limit` at a time, and gives the results in the items' order. */
export async function inParallel(limit, items, work) {
  const results = new Array(items.length);
  const waiting = items.entries();
  const worker = async () => {
    for (const [i, item] of waiting) results[i] = await work(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
