import { constantInitializer } from '@ungrain/core';
import { groupNorm as groupNormFunction } from '../functions/normalisation/group-norm.js';
import type { Module } from './convolutions.js';
import type { Scope } from './scope.js';

export interface GroupNormModule {
  readonly groups: number;
  readonly channels: number;
  readonly epsilon?: number;
}

/** torch.nn.GroupNorm over [N, channels, …]. */
export function groupNorm(scope: Scope, { groups, channels, epsilon = 1e-5 }: GroupNormModule): Module {
  const gamma = scope.parameter('weight', [channels], constantInitializer(1));
  const beta = scope.parameter('bias', [channels], constantInitializer(0));
  return (x) => groupNormFunction(x, groups, { gamma, beta, epsilon });
}
