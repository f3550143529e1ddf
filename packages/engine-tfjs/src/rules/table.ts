import { UngrainError } from '@ungrain/core';
import { batchNormRules } from './batch-norm.js';
import { convolutionRules } from './convolution.js';
import { binaryRules, unaryRules } from './elementwise.js';
import { geluRules } from './gelu.js';
import { indexingRules } from './indexing.js';
import { layoutRules } from './layout.js';
import { matrixRules } from './matrices.js';
import { maxPoolRules } from './max-pool2d.js';
import { reductionRules } from './reductions.js';
import type { Rule, Rules } from './rule.js';
import { softmaxRules } from './softmax.js';
import { standardizeRules } from './standardize.js';

/** A rule for each operator of @ungrain/graph, by its name. */
export const RULES: Rules = {
  ...unaryRules,
  ...binaryRules,
  ...geluRules,
  ...reductionRules,
  ...layoutRules,
  ...indexingRules,
  ...matrixRules,
  ...softmaxRules,
  ...standardizeRules,
  ...batchNormRules,
  ...convolutionRules,
  ...maxPoolRules,
};

/** @throws UngrainError `no-rule` */
export function ruleOf(operator: string): Rule {
  const rule = Object.hasOwn(RULES, operator) ? RULES[operator] : undefined;
  if (!rule)
    throw new UngrainError(
      'no-rule',
      `The tfjs engine has no rule for the operator '${operator}'; run this graph on the onnx engine.`,
      'failure',
    );
  return rule;
}
