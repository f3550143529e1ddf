import { reasonOf, UngrainError } from '@ungrain/core';

export interface FindOptions {
  /**
   * Threads that one operator may use; all cores by default. Only the native library knows threads, and only the first
   * time that it is loaded in a process.
   */
  readonly threads?: number;
}

/** The packages, the fastest first. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node', '@tensorflow/tfjs'] as const;

/**
 * The first package that is installed: beside this one, or in the folder where the process was started (a command that
 * is installed globally finds the packages of the project that it is used in).
 *
 * @throws UngrainError `no-tensorflow` if none is installed, or if one is and cannot be loaded: a slower one that can
 * would be a surprise
 */
export async function findTensorflow({ threads }: FindOptions): Promise<object> {
  if (threads !== undefined) environment()['TF_NUM_INTRAOP_THREADS'] = String(threads);
  environment()['TF_CPP_MIN_LOG_LEVEL'] ??= '2'; // errors only: it would tell of each instruction set it found
  for (const name of PACKAGES)
    for (const load of [fromHere, fromWorkingFolder]) {
      const found = await load(name).catch((cause: unknown) => {
        if (isMissing(cause, name)) return null;
        throw new UngrainError(
          'no-tensorflow',
          `${name} is installed and cannot be loaded (${reasonOf(cause)}); reinstall it, or remove it to use another.`,
          'failure',
          { cause },
        );
      });
      if (found) return found;
    }
  throw new UngrainError(
    'no-tensorflow',
    'The tfjs engine needs TensorFlow.js, which is not installed: install @tensorflow/tfjs-node-gpu (with CUDA), @tensorflow/tfjs-node (without) or @tensorflow/tfjs (slow, but anywhere).',
  );
}

async function fromHere(name: string): Promise<object> {
  const module = (await import(name)) as { readonly default?: object };
  return module.default ?? module;
}

async function fromWorkingFolder(name: string): Promise<object | null> {
  if (typeof process === 'undefined') return null; // browsers have none
  const { createRequire } = await import('node:module');
  const { join } = await import('node:path');
  return createRequire(join(process.cwd(), 'package.json'))(name) as object;
}

/** Browsers have none; what is written is then lost. */
const environment = (): Record<string, string | undefined> => (typeof process === 'undefined' ? {} : process.env);

/** True if the package itself is missing, not something that it needs. */
function isMissing(error: unknown, name: string): boolean {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  const missing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  return missing && new RegExp(`Cannot find (?:package|module) '${name}'`).test(String(message));
}
