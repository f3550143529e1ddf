import { constantInitializer } from '@ungrain/core';
import { rmsNorm as rmsNormFunction } from '../functions/normalisation/rms-norm.js';
import type { Module } from './convolutions.js';
import type { Scope } from './scope.js';

/** torch.nn.RMSNorm over the last dimension of [N, …, features]. */
export function rmsNorm(scope: Scope, features: number, { epsilon = 1e-6 } = {}): Module {
  const gamma = scope.parameter('weight', [features], constantInitializer(1));
  return (x) => rmsNormFunction(x, [features], { gamma, epsilon });
}
