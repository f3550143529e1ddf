import { dopri8 } from './dopri8.js';
import type { EmbeddedTableau } from './tableau.js';

const dopri5Weights = [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84];
const bosh3Weights = [2 / 9, 1 / 3, 4 / 9];

/** Methods for steps whose sizes follow their errors. Names are those of torchdiffeq. */
export const EMBEDDED_TABLEAUS = {
  /** Heun with Euler. */
  'adaptive-heun': { order: 2, a: [[], [1]], b: [1 / 2, 1 / 2], error: [1 / 2 - 1, 1 / 2] },
  /** Fehlberg 1969, RK1(2). */
  fehlberg2: {
    order: 2,
    a: [[], [1 / 2], [1 / 256, 255 / 256]],
    b: [1 / 512, 255 / 256, 1 / 512],
    error: [1 / 512 - 1 / 256, 0, 1 / 512],
  },
  /** Bogacki & Shampine 1989, "A 3(2) pair of Runge–Kutta formulas". */
  bosh3: {
    order: 3,
    a: [[], [1 / 2], [0, 3 / 4], bosh3Weights],
    b: [...bosh3Weights, 0],
    error: [2 / 9 - 7 / 24, 1 / 3 - 1 / 4, 4 / 9 - 1 / 3, -1 / 8],
  },
  /** Dormand & Prince 1980, "A family of embedded Runge–Kutta formulae", RK5(4)7M. */
  dopri5: {
    order: 5,
    a: [
      [],
      [1 / 5],
      [3 / 40, 9 / 40],
      [44 / 45, -56 / 15, 32 / 9],
      [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
      [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
      dopri5Weights,
    ],
    b: [...dopri5Weights, 0],
    error: [
      35 / 384 - 5179 / 57600,
      0,
      500 / 1113 - 7571 / 16695,
      125 / 192 - 393 / 640,
      -2187 / 6784 + 92097 / 339200,
      11 / 84 - 187 / 2100,
      -1 / 40,
    ],
  },
  dopri8,
} as const satisfies Readonly<Record<string, EmbeddedTableau>>;
