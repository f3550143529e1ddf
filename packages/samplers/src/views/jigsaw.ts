import { MersenneTwister } from '@ungrain/core';
import { z } from 'zod';
import { pieceAt, type Piece } from './jigsaw-pieces.js';
import { partSide, permutationView, pixelsFrom } from './permutation.js';

const options = z.strictObject({
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(11)
    .describe("Of NumPy's legacy generator, so that visual_anagrams' puzzles have the same numbers."),
});

/**
 * A jigsaw puzzle of 4 × 4 pieces put together in another way: pieces of a kind change places, turned so that their
 * borders fit (Geng et al. 2024, "Visual Anagrams").
 */
export const jigsawView = permutationView<z.output<typeof options>>({
  name: 'jigsaw',
  summary: 'A jigsaw puzzle of 16 pieces, put together in another way.',
  options,
  from({ seed }, size) {
    const tile = partSide(size, 4, 'jigsaw');
    const { turns, swaps } = drawPuzzle(seed);
    const last = 4 * tile - 1;
    return pixelsFrom(size, (y, x) => {
      const { kind, turn } = pieceAt(y, x, tile);
      const target = turns[kind][turn]!;
      let place: readonly [number, number] = [y, x];
      for (let quarter = turn; quarter !== target; quarter = (quarter + 1) % 4) place = [place[1], last - place[0]];
      return swaps[target] ? besides(place, kind, target, tile) : place;
    });
  },
});

/** The two edge pieces of a side change places: they have the same shape. */
function besides([y, x]: readonly [number, number], kind: Piece['kind'], side: number, tile: number) {
  if (kind !== 'edge' && kind !== 'other-edge') return [y, x] as const;
  const step = (kind === 'edge' ? tile : -tile) * (side < 2 ? 1 : -1);
  return side % 2 === 0 ? ([y, x + step] as const) : ([y + step, x] as const);
}

/** How a puzzle is put together anew. */
export interface Puzzle {
  /** Of each kind, the turn that the piece of each turn gets. */
  readonly turns: Readonly<Record<Piece['kind'], readonly number[]>>;
  /** Whether the two edge pieces of each side change places. */
  readonly swaps: readonly boolean[];
}

/** As `numpy.random.seed`, `permutation(4)` for corners, inner and both edge pieces, and `randint(2, size=4)` draw it. */
export function drawPuzzle(seed: number): Puzzle {
  const generator = new MersenneTwister(seed);
  const [corner, inner, edge, other] = Array.from({ length: 4 }, () => shuffledFour(generator));
  return {
    turns: { corner: corner!, inner: inner!, edge: edge!, 'other-edge': other! },
    swaps: Array.from({ length: 4 }, () => (generator.uint32() & 1) === 1),
  };
}

/** Fisher and Yates's shuffle; an index is drawn by its bits, anew where it is too large. */
function shuffledFour(generator: MersenneTwister): readonly number[] {
  const order = [0, 1, 2, 3];
  for (let i = 3; i > 0; i--) {
    const mask = i > 1 ? 3 : 1;
    let j = generator.uint32() & mask;
    while (j > i) j = generator.uint32() & mask;
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
