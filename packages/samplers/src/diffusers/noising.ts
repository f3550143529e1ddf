import { suggestion, UngrainError } from '@ungrain/core';
import type { NoisingChoice, NoisingFamily, SchedulerCall } from './noising-choice.js';
import { distilled } from './noising/distilled.js';
import { dpmSolver } from './noising/dpm-solver.js';
import { edm } from './noising/edm.js';
import { flowMatch } from './noising/flow-match.js';
import { kDiffusion } from './noising/k-diffusion.js';
import { trainedTimes } from './noising/trained-times.js';

const FAMILIES: readonly NoisingFamily[] = [distilled, dpmSolver, edm, flowMatch, kDiffusion, trainedTimes];

/**
 * The schedule and the spacing of a scheduler of diffusers, in our names.
 * @throws UngrainError `unknown-scheduler`, `bad-option`
 */
export function noisingOf(call: SchedulerCall): NoisingChoice {
  const found = FAMILIES.find(({ classes }) => classes.includes(call.scheduler));
  if (found) return found.translate(call);
  const known = FAMILIES.flatMap(({ classes }) => classes);
  throw new UngrainError(
    'unknown-scheduler',
    `The scheduler '${call.scheduler}' of diffusers is not known here${suggestion(call.scheduler, known)}`,
  );
}
