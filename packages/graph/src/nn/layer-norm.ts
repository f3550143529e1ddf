import { constantInitializer } from '@ungrain/core';
import { layerNorm as layerNormFunction } from '../functions/normalisation/layer-norm.js';
import type { Module } from './convolutions.js';
import type { Scope } from './scope.js';

/** torch.nn.LayerNorm over the last dimension of [N, …, features]. */
export function layerNorm(scope: Scope, features: number, { epsilon = 1e-5 } = {}): Module {
  const gamma = scope.parameter('weight', [features], constantInitializer(1));
  const beta = scope.parameter('bias', [features], constantInitializer(0));
  return (x) => layerNormFunction(x, [features], { gamma, beta, epsilon });
}
