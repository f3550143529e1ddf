import type { ParityGroup } from '@ungrain/core/parity';
import { checkDiffusers } from './diffusers.js';
import type { FileCheck } from './file-check.js';
import { GUIDANCE_FILE } from './guidance-parity.js';
import { checkMixture, MIXTURE_FILE } from './mixture.js';
import { checkOde } from './ode.js';

/** Which check a file of the folder has. */
const CHECKS: Readonly<Record<string, FileCheck>> = {
  [MIXTURE_FILE]: checkMixture,
  'diffusers/ddpm.json': checkDiffusers,
  'flow/ode.json': checkOde,
};

/** Samplers and schedules against diffusers, k-diffusion and other libraries, step by step. */
export const samplersParity: ParityGroup = {
  name: 'samplers',
  index: MIXTURE_FILE,
  async *run(source) {
    for (const [path, check] of Object.entries(CHECKS)) if (await source.exists(path)) yield* check(source, path);
  },
  async skips(source) {
    const checked = [...Object.keys(CHECKS), GUIDANCE_FILE];
    const files = (await source.list('.')).filter((path) => path.endsWith('.json') && !checked.includes(path));
    return files.map((path) => `${path} is checked by nothing here.`);
  },
};
