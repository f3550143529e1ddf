import type { Operator } from '../operator.js';
import { absOperator } from './abs.js';
import { addOperator } from './add.js';
import { andOperator } from './and.js';
import { argmaxOperator } from './argmax.js';
import { atanOperator } from './atan.js';
import {
  batchNormOperator,
  batchNormInputGradientOperator,
  batchNormScaleGradientOperator,
  batchNormShiftGradientOperator,
  batchMeanOperator,
  batchVarianceOperator,
} from './batch-norm.js';
import { batchNormInferenceOperator } from './batch-norm-inference.js';
import { castOperator } from './cast.js';
import { clampOperator } from './clamp.js';
import { concatOperator } from './concat.js';
import { convTranspose2dOperator } from './conv-transpose2d.js';
import { conv2dOperator } from './conv2d.js';
import { conv2dWeightGradientOperator } from './conv2d-weight-gradient.js';
import { cosOperator } from './cos.js';
import { cumsumOperator } from './cumsum.js';
import { divideOperator } from './divide.js';
import { equalOperator } from './equal.js';
import { erfOperator } from './erf.js';
import { expOperator } from './exp.js';
import { expandOperator } from './expand.js';
import { expm1Operator } from './expm1.js';
import { flipOperator } from './flip.js';
import { floorOperator } from './floor.js';
import { gatherOperator } from './gather.js';
import { gatherElementsOperator } from './gather-elements.js';
import { geluOperator, geluGradientOperator } from './gelu.js';
import { greaterOperator } from './greater.js';
import { greaterOrEqualOperator } from './greater-or-equal.js';
import { leakyReluOperator } from './leaky-relu.js';
import { lessOperator } from './less.js';
import { lessOrEqualOperator } from './less-or-equal.js';
import { linearOperator } from './linear.js';
import { logOperator } from './log.js';
import { logSoftmaxOperator } from './log-softmax.js';
import { log1pOperator } from './log1p.js';
import { matmulOperator } from './matmul.js';
import { maxOperator } from './max.js';
import { maxPool2dOperator, maxPool2dGradientOperator } from './max-pool2d.js';
import { maximumOperator } from './maximum.js';
import { meanOperator } from './mean.js';
import { minOperator } from './min.js';
import { minimumOperator } from './minimum.js';
import { multiplyOperator } from './multiply.js';
import { negateOperator } from './negate.js';
import { notOperator } from './not.js';
import { orOperator } from './or.js';
import { padOperator } from './pad.js';
import { powOperator } from './pow.js';
import { prodOperator } from './prod.js';
import { reciprocalOperator } from './reciprocal.js';
import { reluOperator } from './relu.js';
import { reshapeOperator } from './reshape.js';
import { roundOperator } from './round.js';
import { scatterAddOperator } from './scatter-add.js';
import { sigmoidOperator } from './sigmoid.js';
import { signOperator } from './sign.js';
import { sinOperator } from './sin.js';
import { sliceOperator } from './slice.js';
import { softmaxOperator } from './softmax.js';
import { softplusOperator } from './softplus.js';
import { sqrtOperator } from './sqrt.js';
import { standardizeOperator, standardizeGradientOperator } from './standardize.js';
import { stopGradientOperator } from './stop-gradient.js';
import { subtractOperator } from './subtract.js';
import { sumOperator } from './sum.js';
import { tanhOperator } from './tanh.js';
import { transposeOperator } from './transpose.js';
import { upsampleNearest2dOperator } from './upsample-nearest2d.js';
import { whereOperator } from './where.js';

/** Every operator, also those that only gradients use. Names are unique: they key whatever knows operators by name. */
export const operatorTable: readonly Operator[] = [
  absOperator,
  addOperator,
  andOperator,
  argmaxOperator,
  atanOperator,
  batchNormOperator,
  batchNormInputGradientOperator,
  batchNormScaleGradientOperator,
  batchNormShiftGradientOperator,
  batchMeanOperator,
  batchVarianceOperator,
  batchNormInferenceOperator,
  castOperator,
  clampOperator,
  concatOperator,
  convTranspose2dOperator,
  conv2dOperator,
  conv2dWeightGradientOperator,
  cosOperator,
  cumsumOperator,
  divideOperator,
  equalOperator,
  erfOperator,
  expOperator,
  expandOperator,
  expm1Operator,
  flipOperator,
  floorOperator,
  gatherOperator,
  gatherElementsOperator,
  geluOperator,
  geluGradientOperator,
  greaterOperator,
  greaterOrEqualOperator,
  leakyReluOperator,
  lessOperator,
  lessOrEqualOperator,
  linearOperator,
  logOperator,
  logSoftmaxOperator,
  log1pOperator,
  matmulOperator,
  maxOperator,
  maxPool2dOperator,
  maxPool2dGradientOperator,
  maximumOperator,
  meanOperator,
  minOperator,
  minimumOperator,
  multiplyOperator,
  negateOperator,
  notOperator,
  orOperator,
  padOperator,
  powOperator,
  prodOperator,
  reciprocalOperator,
  reluOperator,
  reshapeOperator,
  roundOperator,
  scatterAddOperator,
  sigmoidOperator,
  signOperator,
  sinOperator,
  sliceOperator,
  softmaxOperator,
  softplusOperator,
  sqrtOperator,
  standardizeOperator,
  standardizeGradientOperator,
  stopGradientOperator,
  subtractOperator,
  sumOperator,
  tanhOperator,
  transposeOperator,
  upsampleNearest2dOperator,
  whereOperator,
];
