import { formatShape, UngrainError } from '@ungrain/core';
import { nameIn, sameLayerShape, shapeOf, type Layer, type LayerKind, type Shaped } from './layers.js';

/** What showed that a layer of the file is one of the network's. */
export type Evidence = 'name' | 'shape' | 'order';

/** A layer of the file and the one of the network that it is. */
export interface Match<T extends Shaped> {
  readonly theirs: Layer<T>;
  readonly ours: Layer<Shaped>;
  readonly evidence: Evidence;
}

/**
 * Matches a file's layers with a network's, whatever they are called.
 *
 * Convolutions and linear layers: the file is read as a sequence of the network's blocks (`init_conv`, `down1`, …
 * `fc2_c`), in any order. No two blocks have the same list of shapes, so which block it is follows from shapes alone.
 * Within a block, layers of one shape are taken in the file's order, which is the order in which its class makes them;
 * the same classes are used in other blocks, where shapes tell those layers apart. A norm belongs to the convolution
 * that has its place among the convolutions.
 *
 * @throws UngrainError `weights-mismatch` that names the first tensor which does not fit
 */
export function matchLayers<T extends Shaped>(
  theirs: readonly Layer<T>[],
  ours: readonly Layer<Shaped>[],
): readonly Match<T>[] {
  const of = <S extends Shaped>(layers: readonly Layer<S>[], kind: LayerKind): readonly Layer<S>[] =>
    layers.filter((layer) => layer.kind === kind);
  const convolutions = matchBlocks(of(theirs, 'convolution'), of(ours, 'convolution'));
  const linear = matchBlocks(of(theirs, 'linear'), of(ours, 'linear'));
  return [...convolutions, ...matchNorms(of(theirs, 'norm'), of(ours, 'norm'), convolutions), ...linear];
}

function matchBlocks<T extends Shaped>(theirs: readonly Layer<T>[], ours: readonly Layer<Shaped>[]): Match<T>[] {
  const blocks = new Set(blocksOf(ours));
  const matches: Match<T>[] = [];
  for (let at = 0; at < theirs.length;) {
    const fits = (block: readonly Layer<Shaped>[]): number => {
      const end = block.findIndex((layer, i) => !theirs[at + i] || !sameLayerShape(layer, theirs[at + i]!));
      return end < 0 ? block.length : end;
    };
    const candidates = [...blocks].filter((block) => fits(block) === block.length);
    if (candidates.length !== 1) throw misfit(theirs, at, [...blocks], fits, candidates.length);
    const [block] = candidates as [readonly Layer<Shaped>[]];
    block.forEach((layer, i) => {
      const isOnly = ours.filter((other) => sameLayerShape(other, layer)).length === 1;
      matches.push({ theirs: theirs[at + i]!, ours: layer, evidence: isOnly ? 'shape' : 'order' });
    });
    blocks.delete(block);
    at += block.length;
  }
  const [missing] = blocks;
  if (missing) throw mismatch(`no layer of it can be '${missing[0]!.path}' ${formatShape(shapeOf(missing[0]!))}`);
  return matches;
}

/** Layers by the first part of their names. */
function blocksOf(layers: readonly Layer<Shaped>[]): readonly (readonly Layer<Shaped>[])[] {
  const blocks = new Map<string, Layer<Shaped>[]>();
  for (const layer of layers) {
    const name = layer.path.split('.', 1)[0]!;
    blocks.set(name, [...(blocks.get(name) ?? []), layer]);
  }
  return [...blocks.values()];
}

function matchNorms<T extends Shaped>(
  theirs: readonly Layer<T>[],
  ours: readonly Layer<Shaped>[],
  convolutions: readonly Match<T>[],
): readonly Match<T>[] {
  const normOf = (convolution: Layer<Shaped>): Layer<Shaped> | undefined =>
    ours.find(({ path }) => parentOf(path) !== '' && parentOf(path) === parentOf(convolution.path));
  const normed = convolutions.flatMap((match) => normOf(match.ours) ?? []);
  if (theirs.length !== normed.length)
    throw mismatch(`it has ${theirs.length} batch norms, and the network has ${normed.length}`);
  return theirs.map((layer, i) => {
    const norm = normed[i]!;
    if (!sameLayerShape(layer, norm)) throw wrongShape(layer, norm);
    return { theirs: layer, ours: norm, evidence: 'order' as const };
  });
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')));

/** The error where no block begins, or more than one: names the tensor that fits least in the block that fits best. */
function misfit(
  theirs: readonly Layer<Shaped>[],
  at: number,
  blocks: readonly (readonly Layer<Shaped>[])[],
  fits: (block: readonly Layer<Shaped>[]) => number,
  candidates: number,
): UngrainError {
  if (candidates > 1) return mismatch(`its layer '${theirs[at]!.path}' fits several places of the network`);
  const best = blocks.reduce<readonly Layer<Shaped>[] | null>((a, b) => (a && fits(a) >= fits(b) ? a : b), null);
  if (!best) return mismatch(`its layer '${theirs[at]!.path}' has no place in the network`);
  const expected = best[fits(best)]!;
  const found = theirs[at + fits(best)];
  return found ? wrongShape(found, expected) : mismatch(`it ends before '${expected.path}'`);
}

const wrongShape = (found: Layer<Shaped>, expected: Layer<Shaped>): UngrainError =>
  mismatch(
    `'${nameIn(found.path, leafOf(found))}' is ${formatShape(shapeOf(found))} where '${nameIn(expected.path, leafOf(expected))}' would be ${formatShape(shapeOf(expected))}`,
  );

const leafOf = ({ kind }: Layer<Shaped>): string => (kind === 'norm' ? 'running_mean' : 'weight');

export const mismatch = (reason: string): UngrainError =>
  new UngrainError('weights-mismatch', `This is not a UNet of the course: ${reason}.`, 'failure');
