import { readFile } from 'node:fs/promises';
import { UngrainError, type TorchGeneratorState, type Value } from '@ungrain/core';
import { readSafetensors, toFloat32, writeSafetensors } from '@ungrain/formats';
import { writeFileAtomic } from '@ungrain/formats/files';
import { z } from 'zod';
import { parseJson } from './parse-json.js';
import { formatDescription, parseDescription, type RunDescription } from './run-description.js';
import type { TrainingState } from './trainer.js';

/** The tensor that holds the epoch's order; the name cannot be that of a state. */
const ORDER = 'training/order';

const progressSchema = z.strictObject({
  step: z.int().min(0),
  epoch: z.int().min(0),
  position: z.int().min(0),
  recentLosses: z.array(z.number()),
  generator: z.custom<TorchGeneratorState>((state) => typeof state === 'object' && state !== null),
});

/** Writes all that a run needs to go on as one safetensors file, atomically, with what run it is of. */
export async function saveCheckpoint(path: string, state: TrainingState, run: RunDescription): Promise<void> {
  const { tensors, order, ...progress } = state;
  const values = new Map<string, Value>([[ORDER, { dtype: 'uint32', data: order, shape: [order.length] }]]);
  for (const [name, tensor] of tensors) values.set(name, { dtype: 'float32', ...tensor });
  const metadata = new Map([
    ['run', formatDescription(run)],
    ['progress', JSON.stringify(progress)],
  ]);
  await writeFileAtomic(path, writeSafetensors(values, metadata));
}

/** A checkpoint as it was read. */
export interface Checkpoint {
  readonly state: TrainingState;
  readonly run: RunDescription;
}

/**
 * @throws UngrainError `bad-safetensors` or `bad-checkpoint` if the file is damaged or something else, `other-format` if
 * another version of Ungrain wrote it
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  const { tensors, metadata } = readSafetensors(await readFile(path), { file: path });
  const run = parseDescription(metadata.get('run') ?? notACheckpoint(path), path);
  const order = tensors.get(ORDER);
  const progress = progressSchema.safeParse(parseJson(metadata.get('progress') ?? ''));
  if (order?.dtype !== 'uint32' || !progress.success) return notACheckpoint(path);
  const states = [...tensors].filter(([name]) => name !== ORDER);
  return {
    run,
    state: {
      ...progress.data,
      order: order.data,
      tensors: new Map(states.map(([name, value]) => [name, toFloat32(value)])),
    },
  };
}

function notACheckpoint(path: string): never {
  throw new UngrainError('bad-checkpoint', `${path} is not a training checkpoint of Ungrain.`, 'failure');
}
