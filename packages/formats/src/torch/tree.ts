import type { Value } from '@ungrain/core';
import type { Refuse } from '../refusal.js';
import { PickleFloat } from './pickle-machine.js';

/** What a PyTorch file can hold: tensors, and plain data. Tuples are lists here. */
export type TorchData =
  null | boolean | number | bigint | string | Value | readonly TorchData[] | ReadonlyMap<string | number, TorchData>;

export const isTensor = (data: unknown): data is Value => typeof data === 'object' && data !== null && 'shape' in data;

/** No checkpoint nests deeper. */
const DEEPEST = 32;
/** Values counted as often as they are reached. */
const MOST_VALUES = 4_000_000;

/** A container whose children are being visited. */
interface Visit {
  readonly container: Container;
  readonly children: Iterator<unknown, undefined>;
  values: number;
}

type Container = readonly unknown[] | ReadonlyMap<string | number, unknown>;

/** A container that was visited: as plain data, and how many values it holds. */
interface Visited {
  readonly data: TorchData;
  readonly values: number;
}

/**
 * What a pickle gave as plain data. Walking it ends: it holds neither itself nor, by sharing its parts over and over,
 * more values than any checkpoint. Each container is visited once, and without recursion.
 */
export function plainData(root: unknown, refuse: Refuse): TorchData {
  const visited = new Map<unknown, Visited | 'open'>();
  const path: Visit[] = [];
  /** The values that a child adds at once; those of a new container are added when it is left. */
  const enter = (value: unknown): number => {
    if (!isContainer(value)) return isLeaf(value) ? 1 : refuse('it holds a class or a storage where data should be');
    const known = visited.get(value);
    if (known === 'open') return refuse('it holds itself');
    if (known) return known.values;
    if (path.length >= DEEPEST) refuse(`it nests deeper than ${DEEPEST} levels`);
    visited.set(value, 'open');
    path.push({ container: value, children: value.values(), values: 1 });
    return 0;
  };
  const plain = (value: unknown): TorchData => {
    if (value instanceof PickleFloat) return value.value;
    return isContainer(value) ? (visited.get(value) as Visited).data : (value as TorchData);
  };

  enter(root);
  for (let visit = path.at(-1); visit; visit = path.at(-1)) {
    const { done, value } = visit.children.next();
    if (!done) {
      visit.values += enter(value);
      continue;
    }
    if (visit.values > MOST_VALUES) refuse(`it repeats its parts to more than ${MOST_VALUES} values`);
    const { container, values } = path.pop()!;
    const data = isList(container) ? container.map(plain) : new Map([...container].map(([k, v]) => [k, plain(v)]));
    visited.set(container, { data, values });
    const parent = path.at(-1);
    if (parent) parent.values += values;
  }
  return plain(root);
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

const isContainer = (value: unknown): value is Container => isList(value) || value instanceof Map;

const isLeaf = (value: unknown): boolean =>
  value === null || typeof value !== 'object' || value instanceof PickleFloat || isTensor(value);
