import { stat } from 'node:fs/promises';
import { parseRunSpec, sameShape, sliceRows, UngrainError, type Model, type RunSpec, type Tensor } from '@ungrain/core';
import { readSafetensors, writeSafetensors } from '@ungrain/formats';
import { sampleTensors } from '../drawing.js';
import { nullIfAbsent, withFile } from '../file-errors.js';
import { writeWhole } from '../outputs.js';
import { differences } from '../run-diff.js';
import { readRecord, recordTexts } from '../run-record.js';

/** The metadata that says how often the network was evaluated for the samples of a file. */
const CALLS_KEYWORD = 'ungrain-calls';

/** The first samples of an evaluation. */
export interface KeptSamples {
  /** [n, C, H, W] in the model's range. */
  readonly images: Tensor;
  /** Evaluations of the network for all of them. */
  readonly calls: number;
}

const first = (spec: RunSpec, count: number): RunSpec => ({
  ...spec,
  count,
  conditions: spec.conditions.slice(0, count),
});

/** Writes the first samples of a run as `ungrain sample` writes all of them. @throws UngrainError `file-not-written` */
export async function keepSamples(path: string, spec: RunSpec, { images, calls }: KeptSamples): Promise<void> {
  const record = recordTexts({ spec: first(spec, images.shape[0]!), shown: {}, assets: new Map() });
  const metadata = new Map(Object.entries({ ...record, [CALLS_KEYWORD]: String(calls) }));
  await writeWhole(path, writeSafetensors(sampleTensors(images), metadata));
}

/**
 * Those of the run's samples that a file holds; null if there is no file. More than the run has are left out, with their
 * share of the calls.
 *
 * @throws UngrainError `other-samples` if they were drawn otherwise, `bad-samples` if they are none, and as `readRecord` does
 */
export async function keptSamples(path: string, spec: RunSpec, { sampleShape }: Model): Promise<KeptSamples | null> {
  if ((await withFile(path, 'read', () => stat(path).catch(nullIfAbsent))) === null) return null;
  const { record, format, bytes } = await readRecord(path);
  const kept = record.spec.count;
  const count = Math.min(kept, spec.count);
  const [difference] = differences(first(record.spec, count), parseRunSpec(first(spec, count)));
  if (difference)
    throw new UngrainError(
      'other-samples',
      `${path} holds other samples (their ${difference.path} differs); name another file by --samples, or delete it.`,
    );
  const { tensors, metadata } = format === 'safetensors' ? readSafetensors(bytes) : NOTHING;
  const samples = tensors.get('samples');
  const calls = Number(metadata.get(CALLS_KEYWORD));
  if (samples?.dtype !== 'float32' || !sameShape(samples.shape, [kept, ...sampleShape]) || !(calls > 0))
    throw new UngrainError(
      'bad-samples',
      `${path} holds no samples of an evaluation; name another file by --samples, or delete it.`,
    );
  return { images: sliceRows(samples, 0, count), calls: (calls * count) / kept };
}

const NOTHING: ReturnType<typeof readSafetensors> = { tensors: new Map(), metadata: new Map() };
