import type { ParityGroup } from '@ungrain/core/parity';
import { checkBetas } from './betas.js';
import { checkConditionalFlow } from './conditional-flow.js';
import type { FileCheck } from './file-check.js';
import { checkFlowPaths } from './flow-paths.js';
import { checkKSchedules } from './k-schedules.js';
import { checkNoising } from './noising.js';

/** The file whose presence says that a folder holds this group. */
const INDEX = 'schedules/betas.json';

const CHECKS: Readonly<Record<string, FileCheck>> = {
  [INDEX]: checkBetas,
  'flow/cfm.json': checkConditionalFlow,
  'flow/paths.json': checkFlowPaths,
  'k_diffusion/schedules.json': checkKSchedules,
  'schedules/sigmas.json': checkNoising,
  'schedules/timesteps.json': checkNoising,
};

/** The files of the group. */
export const SCHEDULE_FILES: readonly string[] = Object.keys(CHECKS);

/** Schedules, spacings and the paths of flow matching against diffusers, k-diffusion, flow_matching and torchcfm. */
export const schedulesParity: ParityGroup = {
  name: 'schedules',
  index: INDEX,
  async *run(source) {
    for (const [path, check] of Object.entries(CHECKS)) if (await source.exists(path)) yield* check(source, path);
  },
};
