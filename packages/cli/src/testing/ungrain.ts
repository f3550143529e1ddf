import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';

/** The command as it is installed. It runs the built files, so the package has to be built. */
export const UNGRAIN = fileURLToPath(new URL('../../bin/ungrain.js', import.meta.url));

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SpawnOptions {
  readonly cwd: string;
  /** Runs as another user; only root may. */
  readonly uid?: number;
  /** Files may not grow beyond so many KiB, as if the disk were full. */
  readonly largestFile?: number;
}

/** Starts `ungrain ARGS` as a user would. */
export function startUngrain(args: readonly string[], { cwd, uid, largestFile }: SpawnOptions): ChildProcess {
  const own = uid === undefined ? {} : { uid, gid: uid };
  const env = { ...process.env, UNGRAIN_DEBUG: '', NODE_OPTIONS: '' };
  if (largestFile === undefined) return spawn(process.execPath, [UNGRAIN, ...args], { cwd, env, ...own });
  const limited = ['-c', `ulimit -f ${largestFile}; exec "$0" "$@"`, process.execPath, UNGRAIN, ...args];
  return spawn('bash', limited, { cwd, env, ...own });
}

/** Runs `ungrain ARGS` to its end. */
export async function ungrain(args: readonly string[], options: SpawnOptions): Promise<Outcome> {
  return outcomeOf(startUngrain(args, options));
}

export function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]!.setEncoding('utf8').on('data', (text: string) => void (texts[name] += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, ...texts }));
  });
}

/** It said in one sentence what is wrong, and nothing else. */
export function expectRefusal({ status, stdout, stderr }: Outcome, expectedStatus: number, message: RegExp): void {
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^ungrain: [^\n]+[.?]\n$/);
  expect({ status, stdout }).toEqual({ status: expectedStatus, stdout: '' });
}
