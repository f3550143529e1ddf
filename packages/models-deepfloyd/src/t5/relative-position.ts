/** How positions are told apart: nearby ones one by one, farther ones in ever wider buckets. */
export interface RelativeBuckets {
  readonly buckets: number;
  readonly maxDistance: number;
}

/**
 * The bucket of `key − query` for an encoder, which looks both ways (Raffel et al. 2020, section 2.1): half of the buckets
 * are for keys after the query; of each half, the first half are single distances and the rest grow logarithmically up to
 * `maxDistance`.
 */
export function relativeBucket(offset: number, { buckets, maxDistance }: RelativeBuckets): number {
  const half = Math.floor(buckets / 2);
  const exact = Math.floor(half / 2);
  const distance = Math.abs(offset);
  const side = offset > 0 ? half : 0;
  if (distance < exact) return side + distance;
  // In float32, as in PyTorch: at a power of two the rounding decides.
  const growth = Math.fround(Math.fround(Math.log(Math.fround(distance / exact))) / Math.log(maxDistance / exact));
  return side + Math.min(half - 1, exact + Math.trunc(Math.fround(growth * (half - exact))));
}

/** The buckets of all pairs, [query][key]. */
export const relativeBuckets = (tokens: number, options: RelativeBuckets): readonly number[] =>
  Array.from({ length: tokens * tokens }, (_, i) => relativeBucket((i % tokens) - Math.floor(i / tokens), options));
