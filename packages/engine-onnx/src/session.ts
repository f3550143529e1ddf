import { availableParallelism } from 'node:os';
import type * as ort from 'onnxruntime-node';

export interface OnnxEngineOptions {
  /** Threads that one operator may use; all cores by default. Results do not depend on it. */
  readonly threads?: number;
  /** Passes over a graph (see `passNames`) that are switched off, to see what each brings. */
  readonly withoutPasses?: readonly string[];
  /**
   * Weights stay where they are, in mapped files if they come from there, instead of being copied into the layouts that are
   * fastest: the memory of a large network goes down to that of its activations.
   */
  readonly lowMemory?: boolean;
}

/** How every session runs: one operator after another, each on all threads. */
export const sessionOptions = ({
  threads = availableParallelism(),
  lowMemory = false,
}: OnnxEngineOptions): ort.InferenceSession.SessionOptions => ({
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  enableMemPattern: false, // it plans one block for a whole run beside the memory that is in use already
  graphOptimizationLevel: lowMemory ? 'extended' : 'all', // 'all' lays convolutions out anew
  logSeverityLevel: 3,
  ...(lowMemory && {
    extra: {
      session: { disable_prepacking: '1' },
      optimization: { disable_specified_optimizers: 'ConstantFolding' }, // narrow weights would be widened for good
    },
  }),
});

/**
 * The same with constants that lie in files of a folder. ONNX Runtime would look anywhere that a path leads: the folder is
 * the one that holds the file, links resolved, and names have no path.
 */
export const sessionIn = (
  folder: string,
  options: ort.InferenceSession.SessionOptions,
): ort.InferenceSession.SessionOptions => ({
  ...options,
  extra: {
    ...options.extra,
    session: {
      ...(options.extra?.['session'] as Readonly<Record<string, string>> | undefined),
      model_external_initializers_file_folder_path: folder,
    },
  },
});
