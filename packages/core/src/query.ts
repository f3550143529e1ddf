import type { Conditioning } from './model.js';
import type { NoiseLevel } from './noise-level.js';
import { sameShape, type Tensor } from './tensor.js';

/** One question: which data and which noise make up these rows? */
export interface Query {
  /** [rows, channels, height, width], all at one level. */
  readonly x: Tensor;
  readonly level: NoiseLevel;
  /** One for each row of x. */
  readonly conditions: readonly Conditioning[];
  /** See `Model.align`; a view must transform it together with x. */
  readonly aligned?: Tensor;
  /** See `ModelBatch.variants`. */
  readonly variant?: string;
}

/** Do two queries surely ask the same? They must be of the same x, and their conditions at least look alike. */
export function equalQueries(a: Query, b: Query): boolean {
  if (a === b) return true;
  if (a.x !== b.x || a.level !== b.level || a.aligned !== b.aligned || a.variant !== b.variant) return false;
  return a.conditions.length === b.conditions.length && a.conditions.every((c, i) => equal(c, b.conditions[i]!));
}

function equal(a: Conditioning, b: Conditioning): boolean {
  if (a === b) return true;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => name in b && equalTensors(a[name]!, b[name]!));
}

const equalTensors = (a: Tensor, b: Tensor): boolean =>
  a === b || (sameShape(a.shape, b.shape) && a.data.every((value, i) => value === b.data[i]));
