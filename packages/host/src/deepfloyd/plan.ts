import { UngrainError } from '@ungrain/core';
import type { Engine } from '@ungrain/graph';
import { filesBelow, openCheckpoint, t5Work, unetWork, type NetworkWork } from '@ungrain/models-deepfloyd';
import { measureRates, secondsAt } from '../engine-rates.js';
import { modelFolder } from '../pull/index.js';
import { isInt8, type EncoderWeights } from './encoder-weights.js';
import { networkMemory, processMemory } from './network-memory.js';

/** The stages of DeepFloyd IF, in order, as messages name them. */
export const STAGE_NAMES = ['stage I', 'stage II'] as const;

/** What is asked of a network of DeepFloyd IF. */
export interface PlannedCalls {
  readonly part: 'text encoder' | (typeof STAGE_NAMES)[number];
  /** A diffusers folder, or a model that was pulled. */
  readonly folder: string;
  readonly calls: number;
  /** Images in all calls together; for the text encoder, prompts. */
  readonly rows: number;
  /** Those of the largest call. */
  readonly largest: number;
  /** How the text encoder's weights are read. Default `auto`. */
  readonly encoderWeights?: EncoderWeights | undefined;
  /** [height, width] of a stage's images; those that it was trained on by default. */
  readonly size?: readonly [number, number] | undefined;
}

export interface PlannedPart extends PlannedCalls {
  /** Are its matrices read as int8? */
  readonly int8: boolean;
  /** Bytes of the files that are mapped. */
  readonly weightBytes: number;
  /** Bytes beside them, which the system cannot have back. */
  readonly memoryBytes: number;
  readonly seconds: number;
}

export interface Plan {
  readonly parts: readonly PlannedPart[];
  /** What the program takes before any network is there. */
  readonly processBytes: number;
  /** The most that is needed at one time: networks are in memory one after the other. */
  readonly peakBytes: number;
  /** What the system can give this process. */
  readonly freeBytes: number;
  readonly seconds: number;
}

/**
 * What a generation takes, before anything of its weights is read: bytes from the headers and the shapes of the graphs,
 * seconds from the speed of three small graphs that are run now.
 *
 * @throws UngrainError as `loadStage` and `t5Prompts` do
 */
export async function planGeneration(wanted: readonly PlannedCalls[], engine: Engine): Promise<Plan> {
  const works: Awaited<ReturnType<typeof workOf>>[] = [];
  for (const one of wanted) works.push(await workOf(one));
  const processBytes = processMemory();
  const rates = await measureRates(engine);
  const parts = wanted.map((one, i): PlannedPart => {
    const { int8, work } = works[i]!;
    const seconds = (secondsAt(rates, work.cost) * one.rows) / one.largest;
    return { ...one, int8, weightBytes: work.weightBytes, memoryBytes: networkMemory(work), seconds };
  });
  return {
    parts,
    processBytes,
    peakBytes: processBytes + Math.max(...parts.map(({ memoryBytes }) => memoryBytes)),
    freeBytes: process.availableMemory(),
    seconds: parts.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

async function workOf({ part, folder, largest, size, encoderWeights = 'auto' }: PlannedCalls) {
  const checkpoint = await openCheckpoint(await modelFolder(folder));
  if (part !== 'text encoder')
    return { int8: false, work: await unetWork(filesBelow(checkpoint, 'unet'), { rows: largest, size }) };
  const encoder = filesBelow(checkpoint, 'text_encoder');
  const int8 = await isInt8(encoder, encoderWeights);
  return { int8, work: await t5Work(encoder, { rows: largest, int8 }) };
}

/** The share of the free memory that a network may take: other programs want some too. */
const SHARE = 0.8;

/**
 * How many images a call of a stage may have so that it fits into memory.
 * @param work what one image takes
 * @throws UngrainError `too-little-memory` if not even one fits
 */
export function rowsThatFit(
  name: string,
  work: NetworkWork,
  { most, free = process.availableMemory() }: { readonly most: number; readonly free?: number },
): number {
  const [first, second] = [networkMemory(work), networkMemory(work, 2)];
  const rows = Math.floor(1 + (SHARE * free - first) / (second - first));
  if (rows >= 1) return Math.min(rows, most);
  throw new UngrainError(
    'too-little-memory',
    `Model '${name}' needs ${gigabytes(first)} of memory for one image, and ${gigabytes(free)} are free; ` +
      'a smaller model of the family would fit.',
    'failure',
  );
}

export const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;
