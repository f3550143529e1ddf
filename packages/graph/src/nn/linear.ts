import { linearParameters } from '@ungrain/core';
import { linear as linearOperation } from '../operators/linear.js';
import type { Module } from './convolutions.js';
import type { Scope } from './scope.js';

export interface LinearModule {
  /** Features. */
  readonly in: number;
  readonly out: number;
  readonly bias?: boolean;
}

/** torch.nn.Linear with PyTorch's initialisation: [N, in] → [N, out]. */
export function linear(scope: Scope, { in: features, out, bias = true }: LinearModule): Module {
  const states = scope.parameters(linearParameters(features, out, bias));
  return (x) => linearOperation(x, states.weight!, states.bias ?? null);
}
