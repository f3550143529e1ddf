import { ops, type nn } from '@ungrain/graph';
import type { Activation } from './config.js';

/** Activations by the names of diffusers' configs. */
export const ACTIVATIONS: Readonly<Record<Activation, nn.Module>> = {
  gelu: ops.gelu,
  silu: ops.silu,
  swish: ops.silu,
  relu: ops.relu,
  mish: ops.mish,
};
