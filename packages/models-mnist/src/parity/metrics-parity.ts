import { brokenCheck, type ParityCheck, type ParityGroup } from '@ungrain/core/parity';
import { z } from 'zod';
import { checkImages, imagesSchema } from './metrics-images.js';
import { checkPair, pairSchema } from './metrics-pairs.js';

const INDEX = 'metrics/metrics.json';
const TENSORS = 'metrics/metrics.safetensors';

/** Strict: a field that nobody compares must not pass unnoticed. */
const indexSchema = z.strictObject({
  set: z.string(),
  env: z.unknown(),
  pairs: z.record(z.string(), z.unknown()),
  images: z.record(z.string(), z.unknown()),
  definitions: z.record(z.string(), z.string()),
  tolerances: z.record(z.string(), z.string()),
});

/** The scores against scipy's and numpy's: distances of sets of features, and similarities of images. */
export const metricsParity: ParityGroup = {
  name: 'metrics',
  index: INDEX,
  async *run(source) {
    const index = indexSchema.parse(await source.json(INDEX));
    const tensors = await source.tensors(TENSORS);
    for (const [name, raw] of Object.entries(index.pairs))
      yield* guarded(name, () => checkPair(name, pairSchema.parse(raw), tensors));
    for (const [name, raw] of Object.entries(index.images))
      yield* guarded(name, () => checkImages(name, imagesSchema.parse(raw), tensors));
  },
};

/** The checks of one entry; what breaks it off is a failed check more. */
function* guarded(name: string, checks: () => Iterable<ParityCheck>): Iterable<ParityCheck> {
  try {
    yield* checks();
  } catch (error) {
    yield brokenCheck(name, error);
  }
}
