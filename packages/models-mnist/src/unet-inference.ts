import { createInference, type Inference, type InferenceOptions } from './inference.js';
import { hiddenOf, unetNetwork } from './unet-network.js';
import type { UnetKind } from './unet.js';

/**
 * A UNet of the course with fixed weights, as wide as they are; see `unetNetwork` for its inputs and its output.
 * @throws UngrainError `weights-mismatch` if the weights are not those of such a network
 */
export async function createUnetInference(
  kind: UnetKind,
  { engine, weights }: Pick<InferenceOptions, 'engine' | 'weights'>,
): Promise<Inference> {
  const hidden = hiddenOf(weights);
  const build = (rows: number) => unetNetwork({ name: `unet-${kind}`, kind, hidden, rows });
  const { declarations } = build(1);
  return createInference({ engine, weights, declarations, build: (rows) => build(rows).graph });
}
