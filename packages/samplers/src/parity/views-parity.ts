import { createRegistry, createView, UngrainError, type Tensor, type Value, type ViewTransform } from '@ungrain/core';
import { brokenCheck, compareArrays, type ParityCheck } from '@ungrain/core/parity';
import { z } from 'zod';
import { samplersPlugin } from '../plugin.js';
import { patchesFrom } from '../views/patch-permute.js';
import { permutationTransform } from '../views/permutation.js';
import type { FileCheck } from './file-check.js';
import { compareSummary, summarySchema } from './summary.js';
import { viewSettings, viewText, type ViewSettings } from './view-names.js';

export const VIEWS_FILE = 'views.json';

const entrySchema = z.intersection(
  viewSettings,
  z.object({
    kind: z.enum(['permutation', 'linear', 'residual', 'gain']).optional(),
    view: summarySchema,
    inverse: summarySchema,
    bijective: z.boolean().optional(),
    inverse_undoes_view: z.boolean().optional(),
    view_is_identity: z.boolean().optional(),
    inverse_touches_last_three: z.boolean().optional(),
  }),
);
type Entry = z.output<typeof entrySchema>;

const fileSchema = z.object({
  views: z.array(entrySchema),
  stage2_256: z.array(entrySchema).default([]),
  tolerance: z.object({ linear_abs: z.number(), checksum_relative: z.number(), half_abs: z.number() }),
});
type Tolerance = z.output<typeof fileSchema>['tolerance'];

const { views } = createRegistry([samplersPlugin]);

/** Every view of visual_anagrams, on the files' image and noise, at both sizes. */
export const checkViews: FileCheck = async function* (source, path) {
  const { views: entries, stage2_256: large, tolerance } = fileSchema.parse(await source.json(path));
  const tensors = await source.tensors(path.replace(/json$/, 'safetensors'));
  const image = batch(tensors, 'image');
  const inputs: Inputs = { image, noise: batch(tensors, 'noise') };
  for (const entry of entries)
    yield* attemptAll(`views ${entry.name}`, () => checkEntry(entry, inputs, tensors, tolerance));
  const enlarged = tiles(image);
  const pair: Inputs = { image: enlarged, noise: withReversed(enlarged) };
  for (const entry of large)
    yield* attemptAll(`views ${entry.name} at 256`, () => checkEntry(entry, pair, new Map(), tolerance));
};

/** The checks of one entry, or one that failed with what broke them off. */
function* attemptAll(name: string, checks: () => Iterable<ParityCheck>): Iterable<ParityCheck> {
  try {
    yield* [...checks()].map((check) => ({ ...check, name: `${name} ${check.name}` }));
  } catch (error) {
    yield brokenCheck(name, error);
  }
}

interface Inputs {
  /** [1, 3, H, W] */
  readonly image: Tensor;
  /** Estimate and variance, [1, 6, H, W]. */
  readonly noise: Tensor;
}

function* checkEntry(
  entry: Entry,
  { image, noise }: Inputs,
  tensors: ReadonlyMap<string, Value>,
  tolerance: Tolerance,
): Iterable<ParityCheck> {
  const [, , height = 0, width = 0] = image.shape;
  const view = transformOf(entry, [3, height, width], tensors);
  const exact = entry.kind === 'permutation';
  const half = entry.note?.includes('float16') ?? false;
  const absolute = half ? tolerance.half_abs : exact ? 0 : tolerance.linear_abs;
  // Half precision is off by its own rounding in each of the elements that are summed.
  const sums = half ? tolerance.half_abs * Math.sqrt(image.data.length) : tolerance.checksum_relative;

  const [estimate, variance] = [channels(noise, 0, 3), channels(noise, 3, 6)];
  const [seen, back, backVariance] = [view.forward(image), view.inverse(estimate), view.inverseVariance(variance)];
  yield* compareSummary('view', seen.data, entry.view, { absolute, sums });
  const whole = new Float32Array(2 * back.data.length);
  whole.set(back.data);
  whole.set(backVariance.data, back.data.length);
  yield* compareSummary('inverse', whole, entry.inverse, { absolute, sums });
  for (const [part, { data }] of [
    ['view', seen],
    ['inverse', back],
  ] as const) {
    const expected = tensors.get(`${entry.name}/${part}`);
    if (expected) yield compareArrays(`${part} in full`, data, expected.data, { absolute });
  }
  yield* checkGathers(entry, view, [height, width], tensors);
  yield* checkFlags(entry, { image, seen, view, variance, backVariance });
}

/** A permutation as the file writes it: out[i] = in[gather[i]]. */
function* checkGathers(
  { name, perm }: Entry,
  view: ViewTransform,
  [height, width]: readonly [number, number],
  tensors: ReadonlyMap<string, Value>,
): Iterable<ParityCheck> {
  const numbered = { data: Float32Array.from({ length: height * width }, (_, i) => i), shape: [1, 1, height, width] };
  for (const [part, turn] of [
    ['gather', view.forward],
    ['gather_inverse', view.inverse],
  ] as const) {
    const expected = tensors.get(`${name}/${part}`);
    if (expected) yield compareArrays(part, turn(numbered).data, Array.from(expected.data, Number), 'equal');
  }
  const patches = perm && Math.sqrt(perm.length);
  if (!patches) return;
  const drawn = patchesFrom({ height, width }, patches, perm);
  yield compareArrays('perm', view.forward(numbered).data, drawn, 'equal');
}

interface Seen {
  readonly image: Tensor;
  readonly seen: Tensor;
  readonly view: ViewTransform;
  readonly variance: Tensor;
  readonly backVariance: Tensor;
}

/** What the file says of the view besides numbers. */
function* checkFlags(entry: Entry, { image, seen, view, variance, backVariance }: Seen): Iterable<ParityCheck> {
  const same = (a: Tensor, b: Tensor): boolean => a.data.every((value, i) => value === b.data[i]);
  const found = {
    bijective: same({ ...seen, data: seen.data.slice().sort() }, { ...image, data: image.data.slice().sort() }),
    inverse_undoes_view: same(view.inverse(seen), image),
    view_is_identity: same(seen, image),
    inverse_touches_last_three: !same(backVariance, variance),
  };
  for (const [flag, value] of Object.entries(found)) {
    const expected = entry[flag as keyof typeof found];
    if (expected !== undefined) yield { name: flag, error: value === expected ? 0 : 1, tolerance: 0 };
  }
}

/** An order of patches that is written out is taken as it is. */
function transformOf(
  entry: ViewSettings,
  shape: readonly [number, number, number],
  tensors: ReadonlyMap<string, Value>,
) {
  const [, height, width] = shape;
  const stored = tensors.get(`${entry.name}/perm`);
  const perm = entry.perm ?? (stored && Array.from(stored.data, Number));
  if (entry.torch_seed !== undefined || !perm) return createView(viewText(entry), views, shape);
  return permutationTransform(patchesFrom({ height, width }, Math.sqrt(perm.length), perm));
}

/** @throws UngrainError `bad-reference` */
function batch(tensors: ReadonlyMap<string, Value>, name: string): Tensor {
  const value = tensors.get(name);
  if (value?.dtype !== 'float32')
    throw new UngrainError('bad-reference', `The tensor '${name}' should be there, as float32.`);
  return { data: value.data, shape: [1, ...value.shape] };
}

const channels = ({ data, shape: [, , height = 0, width = 0] }: Tensor, from: number, to: number): Tensor => ({
  data: data.slice(from * height * width, to * height * width),
  shape: [1, to - from, height, width],
});

/** The image in 4 × 4 tiles, the one at (y, x) multiplied by 1 + y/4 + x/16. */
function tiles({ data, shape: [, planes = 0, height = 0, width = 0] }: Tensor): Tensor {
  const side = 4 * width;
  const large = new Float32Array(planes * 16 * height * width);
  for (let i = 0; i < large.length; i++) {
    const [plane, y, x] = [Math.floor(i / (4 * height * side)), Math.floor(i / side) % (4 * height), i % side];
    const factor = 1 + Math.floor(y / height) / 4 + Math.floor(x / width) / 16;
    large[i] = data[(plane * height + (y % height)) * width + (x % width)]! * factor;
  }
  return { data: large, shape: [1, planes, 4 * height, side] };
}

/** An image followed by itself with its channels the other way round. */
function withReversed(image: Tensor): Tensor {
  const [, , height = 0, width = 0] = image.shape;
  const parts = [image, ...[2, 1, 0].map((channel) => channels(image, channel, channel + 1))];
  const data = new Float32Array(2 * image.data.length);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { data, shape: [1, 6, height, width] };
}
