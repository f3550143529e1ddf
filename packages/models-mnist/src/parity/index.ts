import type { ParityGroup } from '@ungrain/core/parity';
import type { Engine } from '@ungrain/graph';
import { initParity } from './init-parity.js';
import { metricsParity } from './metrics-parity.js';
import { unetParity } from './unet-parity.js';

/** Everything of this package that is held against PyTorch, numpy and scipy. */
export const mnistParity = (options: { readonly engine: Engine }): readonly ParityGroup[] => [
  initParity,
  metricsParity,
  unetParity(options),
];
