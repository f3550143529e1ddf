import { UngrainError, type Tensor } from '@ungrain/core';
import { graph, input, nn, type Graph } from '@ungrain/graph';
import { CLASSES, IMAGE_SIZE, unet, type UnetKind, type UnetOptions } from './unet.js';

/** The kind of UNet behind each model that is one. */
export const UNET_MODELS: ReadonlyMap<string, UnetKind> = new Map([
  ['digits', 'class'],
  ['digits-time', 'time'],
  ['denoiser', 'uncond'],
]);

/** What the kinds are called. */
export const UNET_KINDS: Readonly<Record<UnetKind, string>> = {
  uncond: 'a one-step UNet, without time and class',
  time: 'a time-conditioned UNet',
  class: 'a class-conditioned UNet',
};

export interface UnetNetworkOptions extends UnetOptions {
  readonly name: string;
  readonly rows: number;
}

/**
 * A UNet for inference. Inputs: `x` [rows, 1, 28, 28], and as far as its kind takes them `t` [rows, 1] and `c`
 * [rows, 10]. Output [rows, 1, 28, 28]: `velocity`, or `image` of the one-step denoiser.
 */
export function unetNetwork({ name, rows, ...options }: UnetNetworkOptions): {
  readonly graph: Graph;
  readonly declarations: readonly nn.Declaration[];
} {
  const scope = nn.Scope.root({ training: false });
  const x = input('x', [rows, 1, IMAGE_SIZE, IMAGE_SIZE]);
  const output = unet(scope, options)({ x, t: input('t', [rows, 1]), c: input('c', [rows, CLASSES]) });
  const outputs = { [options.kind === 'uncond' ? 'image' : 'velocity']: output };
  return { graph: graph(name, outputs), declarations: scope.declarations };
}

/** D of a UNet with these weights. @throws UngrainError `weights-mismatch` if they are something else's */
export function hiddenOf(weights: ReadonlyMap<string, Tensor>): number {
  const hidden = weights.get('init_conv.conv1.conv.weight')?.shape[0];
  if (hidden !== undefined) return hidden;
  throw new UngrainError(
    'weights-mismatch',
    `These are not the weights of an MNIST UNet: 'init_conv.conv1.conv.weight' is missing.`,
    'failure',
  );
}
