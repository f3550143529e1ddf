import type { View } from '@ungrain/core';
import { bandPassView } from './band-pass.js';
import { blurView } from './blur.js';
import { colourView, greyView } from './colour.js';
import { flipView } from './flip.js';
import { identityView } from './identity.js';
import { innerCircleView } from './inner-circle.js';
import { jigsawView } from './jigsaw.js';
import { motionRestView, motionView } from './motion.js';
import { negateView } from './negate.js';
import { highPassView, lowPassView } from './pass.js';
import { patchPermuteView, pixelPermuteView } from './patch-permute.js';
import { rotate180View, rotate270View, rotate90View } from './quarter-turns.js';
import { innerRotateView, rotateView } from './rotate.js';
import { scaleView } from './scale.js';
import { skewView } from './skew.js';
import { squareHingeView } from './square-hinge.js';
import { whiteBalanceView } from './white-balance.js';

/** Every view of this package: those of anagrams, the parts of hybrids, and examples of what cannot work. */
export const views: readonly View[] = [
  bandPassView,
  blurView,
  colourView,
  flipView,
  greyView,
  highPassView,
  identityView,
  innerCircleView,
  innerRotateView,
  jigsawView,
  lowPassView,
  motionView,
  motionRestView,
  negateView,
  patchPermuteView,
  pixelPermuteView,
  rotateView,
  rotate180View,
  rotate270View,
  rotate90View,
  scaleView,
  skewView,
  squareHingeView,
  whiteBalanceView,
];
