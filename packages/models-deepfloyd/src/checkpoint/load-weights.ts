import type { nn, Weight } from '@ungrain/graph';
import type { CheckpointFiles } from './checkpoint-files.js';
import { locateWeights, type Variant } from './locate-weights.js';
import { matchWeights, type Aliases } from './match-weights.js';

export interface LoadWeightsOptions {
  readonly variants?: readonly Variant[] | undefined;
  readonly aliases?: Aliases;
}

/**
 * The weights of a part of a checkpoint for the declarations of its network: all or none.
 * @throws UngrainError `no-weights`, `bad-index`, `bad-safetensors`, `weights-mismatch`
 */
export async function loadWeights(
  part: CheckpointFiles,
  declarations: readonly nn.Declaration[],
  { variants, aliases }: LoadWeightsOptions = {},
): Promise<ReadonlyMap<string, Weight>> {
  return matchWeights(declarations, await locateWeights(part, variants), part.name, aliases);
}
