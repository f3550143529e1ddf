import { decodePng, type Pixels } from '@ungrain/media';
import type { RecordedFile } from './run-record.js';

/** A value of two runs that is not the same; undefined where one has none. */
export interface Difference {
  /** `guidance[0].options.scale` */
  readonly path: string;
  readonly a: unknown;
  readonly b: unknown;
}

/** Where two JSON values differ. Lists of simple values are compared as a whole. */
export function differences(a: unknown, b: unknown, path = ''): readonly Difference[] {
  if (JSON.stringify(a) === JSON.stringify(b)) return [];
  const [left, right] = [membersOf(a), membersOf(b)];
  if (!left || !right || Array.isArray(a) !== Array.isArray(b)) return [{ path, a, b }];
  const inner = (key: string): string => (Array.isArray(a) ? `${path}[${key}]` : `${path}${path && '.'}${key}`);
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((key) =>
    differences(left.get(key), right.get(key), inner(key)),
  );
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The members of an object, or of a list that holds objects. */
function membersOf(value: unknown): ReadonlyMap<string, unknown> | null {
  if (!isObject(value) || (Array.isArray(value) && !value.every(isObject))) return null;
  return new Map(Object.entries(value));
}

/** How far two pictures are apart. */
export interface PictureDifference {
  readonly sizes: readonly [string, string];
  /** Of the values of all pixels and channels; null if the sizes differ. */
  readonly values: number | null;
  readonly different: number | null;
  /** Of 255. */
  readonly largest: number | null;
}

/** Compares the pictures of two PNG files; null if one of them is none. */
export async function comparePictures(a: RecordedFile, b: RecordedFile): Promise<PictureDifference | null> {
  if (a.format !== 'png' || b.format !== 'png') return null;
  const pixelsOf = async ({ bytes }: RecordedFile): Promise<Pixels> => (await decodePng(bytes)).pixels;
  const [left, right] = [await pixelsOf(a), await pixelsOf(b)];
  const sizes = [sizeText(left), sizeText(right)] as const;
  if (sizes[0] !== sizes[1]) return { sizes, values: null, different: null, largest: null };
  let [different, largest] = [0, 0];
  left.data.forEach((value, i) => {
    const distance = Math.abs(value - right.data[i]!);
    if (distance > 0) different++;
    largest = Math.max(largest, distance);
  });
  return { sizes, values: left.data.length, different, largest };
}

const sizeText = ({ width, height, channels }: Pixels): string =>
  `${width} × ${height}, ${channels === 1 ? 'grey' : 'colour'}`;
