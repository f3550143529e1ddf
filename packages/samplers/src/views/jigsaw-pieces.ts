/**
 * The sixteen pieces of a 4 × 4 jigsaw puzzle. A corner, an inner piece and two edge pieces, drawn at the upper left, are
 * turned by quarters about the middle of the puzzle; `turn` counts them clockwise.
 */
export interface Piece {
  readonly kind: 'corner' | 'inner' | 'edge' | 'other-edge';
  readonly turn: number;
}

const piece = (kind: Piece['kind'], turn: number): Piece => ({ kind, turn });

/** The pieces as they lie, row by row. */
const LAYOUT: readonly (readonly Piece[])[] = [
  [piece('corner', 0), piece('edge', 0), piece('other-edge', 0), piece('corner', 1)],
  [piece('other-edge', 3), piece('inner', 0), piece('inner', 1), piece('edge', 1)],
  [piece('edge', 3), piece('inner', 3), piece('inner', 2), piece('other-edge', 1)],
  [piece('corner', 3), piece('other-edge', 2), piece('edge', 2), piece('corner', 2)],
];

/** Right, down, left, up: the order in which a quarter turn takes one to the next. */
const DIRECTIONS = [
  { dy: 0, dx: 1 },
  { dy: 1, dx: 0 },
  { dy: 0, dx: -1 },
  { dy: -1, dx: 0 },
];

/** Where the pieces of turn 0 have their tabs, as places in `DIRECTIONS`; where they meet others' tabs they have holes. */
const TABS: Readonly<Record<Piece['kind'], readonly number[]>> = {
  corner: [0],
  inner: [0],
  edge: [0, 1],
  'other-edge': [0, 1],
};

/** The piece to which a pixel of a puzzle with four squares of `tile` pixels along each side belongs. */
export function pieceAt(y: number, x: number, tile: number): Piece {
  const [row, column] = [Math.floor(y / tile), Math.floor(x / tile)];
  const [inY, inX] = [(y + 0.5) / tile - row, (x + 0.5) / tile - column];
  const guest = DIRECTIONS.map(({ dy, dx }, direction) => {
    const neighbour = LAYOUT[row - dy]?.[column - dx];
    if (!neighbour || !TABS[neighbour.kind].some((tab) => (tab + neighbour.turn) % 4 === direction)) return undefined;
    const depth = dy + dx > 0 ? dy * inY + dx * inX : 1 + dy * inY + dx * inX;
    return inTab(depth, Math.abs((dy === 0 ? inY : inX) - 0.5)) ? neighbour : undefined;
  }).find((found) => found !== undefined);
  return guest ?? LAYOUT[row]![column]!;
}

/** Of a tab, in sixteenths of a square: a round head on a neck that widens towards its piece. */
const HEAD = { depth: 3.15, radius: 1.85 };
const NECK = { halfWidth: 1, fillet: 2 };

/** Is a place inside a tab? Both lengths are shares of a square. */
function inTab(depth: number, off: number): boolean {
  const [along, across] = [16 * depth, 16 * off];
  const head = (along - HEAD.depth) ** 2 + across ** 2 < HEAD.radius ** 2;
  const curve = NECK.halfWidth + NECK.fillet - Math.sqrt(NECK.fillet ** 2 - Math.max(0, NECK.fillet - along) ** 2);
  return head || (along < HEAD.depth && across < curve);
}
