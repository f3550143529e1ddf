import { availableParallelism } from 'node:os';
import type * as ort from 'onnxruntime-node';

export interface OnnxEngineOptions {
  /** Threads that one operator may use; all cores by default. Results do not depend on it. */
  readonly threads?: number;
  /** Passes over a graph (see `passNames`) that are switched off, to see what each brings. */
  readonly withoutPasses?: readonly string[];
}

/** How every session runs: one operator after another, each on all threads. */
export const sessionOptions = ({
  threads = availableParallelism(),
}: OnnxEngineOptions): ort.InferenceSession.SessionOptions => ({
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  enableMemPattern: false, // it plans one block for a whole run beside the memory that is in use already
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
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
  extra: { session: { model_external_initializers_file_folder_path: folder } },
});
