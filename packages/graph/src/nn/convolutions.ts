import { conv2dParameters, convTranspose2dParameters } from '@ungrain/core';
import type { Node } from '../node.js';
import { conv2d as conv2dOperation } from '../operators/conv2d.js';
import { convTranspose2d as convTranspose2dOperation } from '../operators/conv-transpose2d.js';
import { pair, type ConvolutionOptions, type Pair } from '../operators/convolution.js';
import type { Scope } from './scope.js';

/** What modules are: functions that were given their states. */
export type Module = (x: Node) => Node;

export interface ConvolutionModule extends ConvolutionOptions {
  /** Channels. */
  readonly in: number;
  readonly out: number;
  readonly kernel: number | Pair;
  readonly bias?: boolean;
}

/** torch.nn.Conv2d with PyTorch's initialisation: [N, in, H, W] → [N, out, H′, W′]. */
export function conv2d(scope: Scope, options: ConvolutionModule): Module {
  const { weight, bias } = scope.parameters(conv2dParameters({ ...options, kernel: pair(options.kernel) }));
  return (x) => conv2dOperation(x, weight!, bias ?? null, options);
}

/** torch.nn.ConvTranspose2d with PyTorch's initialisation: [N, in, H, W] → [N, out, H′, W′]. */
export function convTranspose2d(scope: Scope, options: ConvolutionModule): Module {
  const { weight, bias } = scope.parameters(convTranspose2dParameters({ ...options, kernel: pair(options.kernel) }));
  return (x) => convTranspose2dOperation(x, weight!, bias ?? null, options);
}
