import { UngrainError } from './errors.js';
import type { Catalog } from './registry.js';
import { parseOptions, type Schema } from './schema.js';
import type { Shape, Tensor } from './tensor.js';

/**
 * A view of samples of one shape: how a model is shown them, and how its estimates come back. Tensors are
 * [rows, channels, height, width] and keep their shape; arguments are left as they are.
 */
export interface ViewTransform {
  /** The state as it is seen. Noise must stay independent and standard normal, which `checkView` of samplers tells. */
  forward(x: Tensor): Tensor;
  /** An estimate of data or noise, made in the view, back in the sample's own place. A filter keeps a part of it. */
  inverse(estimate: Tensor): Tensor;
  /** A raw variance (see `Denoised.variance`) back in its place. Its values stay: negation and filters leave it alone. */
  inverseVariance(variance: Tensor): Tensor;
}

/** A view as a plugin lists it. Anagrams look at one image in several of them (Geng et al. 2024, "Visual Anagrams"). */
export interface View<O = unknown> {
  readonly name: string;
  /** One sentence for lists and help. */
  readonly summary: string;
  readonly options: Schema<O>;
  /**
   * The view of samples of this shape, [channels, height, width].
   * @throws UngrainError `view-shape` where it has no meaning
   */
  create(options: O, shape: Shape): ViewTransform;
}

/**
 * The view that a text names: `rotate180`, `skew:factor=1.5`, `patch-permute:patches=4:seed=7`. `rotate90+negate` is seen
 * through both, the first coming first.
 *
 * @param shape [channels, height, width]
 * @throws UngrainError `bad-view`, `unknown-view`, `bad-option`, `view-shape`
 */
export const createView = (text: string, views: Catalog<View>, shape: Shape): ViewTransform =>
  composeViews(
    text.split('+').map((piece) => {
      const { name, options } = readView(piece, text);
      const view = views.get(name);
      return view.create(parseOptions(view.options, options, `view '${name}'`), shape);
    }),
  );

/** One view after the other: forward in order, back the other way round. */
export const composeViews = (views: readonly ViewTransform[]): ViewTransform => ({
  forward: (x) => views.reduce((seen, view) => view.forward(seen), x),
  inverse: (x) => views.reduceRight((back, view) => view.inverse(back), x),
  inverseVariance: (x) => views.reduceRight((back, view) => view.inverseVariance(back), x),
});

function readView(piece: string, text: string): { name: string; options: Record<string, unknown> } {
  const [name = '', ...pairs] = piece.split(':').map((part) => part.trim());
  const options: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [, key, value] = /^(\w+)\s*=\s*(.+)$/.exec(pair) ?? [];
    if (key === undefined || key in options) throw badView(text, `'${pair}' where one KEY=VALUE should be`);
    options[key] = readValue(value!);
  }
  if (name === '') throw badView(text, 'a view without a name');
  return { name, options };
}

const badView = (text: string, what: string): UngrainError =>
  new UngrainError('bad-view', `The view '${text}' has ${what}; write NAME, NAME:KEY=VALUE:KEY=VALUE or NAME+NAME.`);

/** `1.5` and `true` are what they look like, everything else is text. */
function readValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
