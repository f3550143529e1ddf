import { expect, test } from '@jest/globals';
import { poolWindows } from './pooling.js';

test.each([
  // size, reach, stride, padding, ceilMode → windows
  [7, 2, 2, 0, false, 3],
  [7, 2, 2, 0, true, 4],
  [8, 3, 2, 0, true, 4],
  [5, 2, 3, 0, true, 2],
  [4, 1, 3, 1, true, 2], // a third window would start in the padding behind the image
  [7, 3, 2, 1, false, 4],
])(
  '%i pixels, windows of %i every %i, padding %i, ceil %s: %i windows',
  (n, reach, stride, padding, ceilMode, windows) => {
    expect(poolWindows(n, reach, { stride, padding, ceilMode })).toBe(windows);
  },
);
