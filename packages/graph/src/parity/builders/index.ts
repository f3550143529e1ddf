import { UngrainError } from '@ungrain/core';
import type { Builder, Builders, PatternBuilder } from '../builder.js';
import type { OpsCase } from '../ops-case.js';
import { activationBuilders, activationPatterns } from './activation.js';
import { attentionBuilders, attentionPatterns } from './attention.js';
import { convolutionBuilders } from './convolution.js';
import { elementwiseBuilders, elementwisePatterns } from './elementwise.js';
import { indexingBuilders } from './indexing.js';
import { layoutBuilders, layoutPatterns } from './layout.js';
import { linearBuilders } from './linear.js';
import { lossBuilders, lossPatterns } from './loss.js';
import { normalisationBuilders } from './normalisation.js';
import { reductionBuilders, reductionCases } from './reduction.js';
import { resamplingBuilders } from './resampling.js';

const BUILDERS: Builders = {
  ...activationBuilders,
  ...attentionBuilders,
  ...convolutionBuilders,
  ...elementwiseBuilders,
  ...indexingBuilders,
  ...layoutBuilders,
  ...linearBuilders,
  ...lossBuilders,
  ...normalisationBuilders,
  ...reductionBuilders,
  ...resamplingBuilders,
};

const PATTERNS: readonly PatternBuilder[] = [
  ...activationPatterns,
  ...attentionPatterns,
  ...elementwisePatterns,
  ...layoutPatterns,
  ...lossPatterns,
];

const CASES: Builders = reductionCases;

/**
 * How to build a case: by its id where its operator says too little, else by the operator.
 * @throws UngrainError `unknown-operator`
 */
export function builderOf({ id, attrs: { op } }: OpsCase): Builder {
  const known = CASES[id] ?? BUILDERS[op];
  if (known) return known;
  for (const [pattern, build] of PATTERNS) {
    const match = pattern.exec(op);
    if (match) return (operands) => build(operands, ...match.slice(1));
  }
  throw new UngrainError('unknown-operator', `No graph is known for operator '${op}' of case '${id}'.`, 'failure');
}
