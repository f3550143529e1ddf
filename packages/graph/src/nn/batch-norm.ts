import { constantInitializer, sizeOf } from '@ungrain/core';
import { add } from '../operators/add.js';
import { batchNorm as batchNormOperation, batchStatistics } from '../operators/batch-norm.js';
import { batchNormInference } from '../operators/batch-norm-inference.js';
import { multiply } from '../operators/multiply.js';
import type { Node, StateNode } from '../node.js';
import type { Module } from './convolutions.js';
import type { Scope } from './scope.js';

/**
 * torch.nn.BatchNorm2d over [N, channels, H, W]: the batch's statistics in training, running ones otherwise.
 *
 * @param momentum the share of the new statistics in the running ones; running variances are unbiased, as PyTorch's
 */
export function batchNorm(scope: Scope, channels: number, { epsilon = 1e-5, momentum = 0.1 } = {}): Module {
  const gamma = scope.parameter('weight', [channels], constantInitializer(1));
  const beta = scope.parameter('bias', [channels], constantInitializer(0));
  const mean = scope.buffer('running_mean', [channels], constantInitializer(0));
  const variance = scope.buffer('running_var', [channels], constantInitializer(1));
  return (x) => {
    if (!scope.training) return batchNormInference(x, { gamma, beta, mean, variance }, epsilon);
    const batch = batchStatistics(x);
    const count = sizeOf(x.shape) / channels;
    scope.update(mean, runningAverage(mean, batch.mean, momentum));
    scope.update(variance, runningAverage(variance, multiply(batch.variance, count / (count - 1)), momentum));
    return batchNormOperation(x, gamma, beta, epsilon);
  };
}

const runningAverage = (running: StateNode, current: Node, momentum: number): Node =>
  add(multiply(running, 1 - momentum), multiply(current, momentum));
