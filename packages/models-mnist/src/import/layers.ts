import { sameShape, type Shape } from '@ungrain/core';

/** Something with a shape: a tensor of a file, or a declaration of a network. */
export interface Shaped {
  readonly shape: Shape;
}

/** What a network is made of, as its states show it. Convolutions include transposed ones. */
export type LayerKind = 'convolution' | 'norm' | 'linear';

/** The states of one layer, by the last part of their names. */
export interface Layer<T extends Shaped> {
  /** The part of their names that they share, without the last dot. */
  readonly path: string;
  readonly kind: LayerKind;
  readonly states: ReadonlyMap<string, T>;
}

/** The layers that states belong to, in order, and the names of states that belong to none. */
export interface Layers<T extends Shaped> {
  readonly layers: readonly Layer<T>[];
  readonly others: readonly string[];
}

/** Layers are recognised by their states: a norm has running statistics, a convolution four dimensions, a linear two. */
export function layersOf<T extends Shaped>(states: ReadonlyMap<string, T>): Layers<T> {
  const groups = new Map<string, Map<string, T>>();
  for (const [name, state] of states) {
    const dot = name.lastIndexOf('.');
    const path = name.slice(0, Math.max(0, dot));
    const group = groups.get(path) ?? new Map<string, T>();
    groups.set(path, group.set(name.slice(dot + 1), state));
  }
  const layers: Layer<T>[] = [];
  const others: string[] = [];
  for (const [path, group] of groups) {
    const kind = kindOf(group);
    if (kind) layers.push({ path, kind, states: group });
    else others.push(...[...group.keys()].map((leaf) => nameIn(path, leaf)));
  }
  return { layers, others };
}

function kindOf(states: ReadonlyMap<string, Shaped>): LayerKind | null {
  if (states.has('running_mean')) return 'norm';
  const rank = states.get('weight')?.shape.length;
  return rank === 4 ? 'convolution' : rank === 2 ? 'linear' : null;
}

export const nameIn = (path: string, leaf: string): string => (path === '' ? leaf : `${path}.${leaf}`);

/** Of a convolution or linear layer its weight's shape says all, of a norm its number of channels. */
export const shapeOf = ({ kind, states }: Layer<Shaped>): Shape =>
  states.get(kind === 'norm' ? 'running_mean' : 'weight')!.shape;

export const sameLayerShape = (a: Layer<Shaped>, b: Layer<Shaped>): boolean => sameShape(shapeOf(a), shapeOf(b));
