import { formatShape, sameShape, sizeOf, type Tensor } from '@ungrain/core';
import type { UnetKind } from '../unet.js';
import { unetNetwork } from '../unet-network.js';
import { layersOf, nameIn, shapeOf, type Layer, type Shaped } from './layers.js';
import { matchLayers, mismatch, type Evidence } from './match-layers.js';

/** How a layer of a file came to be one of the network's. */
export interface ImportedLayer {
  readonly theirs: string;
  readonly ours: string;
  /** `name`: it is called so; `shape`: no other layer has it; `order`: its place among those of one shape. */
  readonly evidence: Evidence;
}

export interface ImportedUnet {
  readonly kind: UnetKind;
  /** D, the channels at full resolution. */
  readonly hidden: number;
  /** By our names. */
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly layers: readonly ImportedLayer[];
  /** Biases that the file's convolutions do without, as a norm follows: they are zeros. */
  readonly zeroBiases: readonly string[];
  /** Tensors of the file that nothing uses. */
  readonly unused: readonly string[];
}

/** A counter of batch norms that nothing here needs. */
const COUNTER = 'num_batches_tracked';

/**
 * The UNet of the course from the state_dict of whoever wrote it, whatever its classes and attributes are called: by
 * names if they are ours (those of the course's figures), else by `matchLayers`.
 *
 * @throws UngrainError `weights-mismatch` that names the tensor which does not fit or is missing
 */
export function importUnet(file: ReadonlyMap<string, Tensor>): ImportedUnet {
  const states = withoutSharedPrefix(file);
  const { layers: theirs, others } = layersOf(states);
  const kind = kindOf(theirs);
  const hidden = hiddenOf(theirs);
  const { declarations } = unetNetwork({ name: 'import', kind, hidden, rows: 1 });
  const wanted = new Map(declarations.map((declaration) => [declaration.name, declaration]));
  const ours = layersOf(wanted).layers;
  const matches = haveOurNames(theirs, ours) ? namesakes(theirs, ours) : matchLayers(theirs, ours);

  const weights = new Map<string, Tensor>();
  const zeroBiases: string[] = [];
  const used = new Set<string>();
  for (const { theirs, ours } of matches)
    for (const [leaf, { shape }] of ours.states) {
      const name = nameIn(ours.path, leaf);
      const found = theirs.states.get(leaf);
      if (!found && !isIdle(ours, leaf)) throw mismatch(`'${nameIn(theirs.path, leaf)}' is missing`);
      if (found && !sameShape(found.shape, shape))
        throw mismatch(
          `'${nameIn(theirs.path, leaf)}' is ${formatShape(found.shape)} where '${name}' is ${formatShape(shape)}`,
        );
      if (found) used.add(nameIn(theirs.path, leaf));
      else zeroBiases.push(name);
      weights.set(name, found ?? { data: new Float32Array(sizeOf(shape)), shape });
    }
  const isUnused = (name: string): boolean => !used.has(name) && !name.endsWith(COUNTER);
  return {
    kind,
    hidden,
    weights: new Map(declarations.map(({ name }) => [name, weights.get(name)!])),
    layers: matches.map(({ theirs, ours, evidence }) => ({ theirs: theirs.path, ours: ours.path, evidence })),
    zeroBiases,
    unused: [...new Set([...states.keys(), ...others])].filter(isUnused),
  };
}

/** Without the parts that all names begin with: `module.` of DataParallel, the attribute that holds the network. */
function withoutSharedPrefix(file: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
  const [first = ''] = file.keys();
  const prefix = first.slice(0, first.indexOf('.') + 1);
  if (prefix === '' || ![...file.keys()].every((name) => name.startsWith(prefix))) return file;
  return withoutSharedPrefix(new Map([...file].map(([name, tensor]) => [name.slice(prefix.length), tensor])));
}

/** Times come in as one number, classes as ten. */
function kindOf(layers: readonly Layer<Shaped>[]): UnetKind {
  const features = layers.filter(({ kind }) => kind === 'linear').map((layer) => shapeOf(layer)[1]);
  if (features.length === 0) return 'uncond';
  return features.includes(1) && features.length > 4 ? 'class' : 'time';
}

/** D is what the convolution over the image itself gives. */
function hiddenOf(layers: readonly Layer<Shaped>[]): number {
  const first = layers.find((layer) => layer.kind === 'convolution' && shapeOf(layer)[1] === 1);
  if (first) return shapeOf(first)[0]!;
  throw mismatch('it has no convolution over images of one channel');
}

/** Most of them: what is missing is then missed by its name. */
function haveOurNames(theirs: readonly Layer<Shaped>[], ours: readonly Layer<Shaped>[]): boolean {
  const paths = new Set(theirs.map(({ path }) => path));
  return ours.filter(({ path }) => paths.has(path)).length > ours.length / 2;
}

function namesakes(theirs: readonly Layer<Tensor>[], ours: readonly Layer<Shaped>[]) {
  const byPath = new Map(theirs.map((layer) => [layer.path, layer]));
  return ours.map((layer) => {
    const namesake = byPath.get(layer.path);
    if (!namesake) throw mismatch(`'${nameIn(layer.path, 'weight')}' is missing`);
    return { theirs: namesake, ours: layer, evidence: 'name' as const };
  });
}

/** A bias that a norm takes away again: no bias is the same as zeros. */
const isIdle = ({ kind, path }: Layer<Shaped>, leaf: string): boolean =>
  kind === 'convolution' && leaf === 'bias' && path !== 'out_conv';
