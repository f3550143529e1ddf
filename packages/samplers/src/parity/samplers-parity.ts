import type { ParityGroup } from '@ungrain/core/parity';
import { ANAGRAM_FILE, checkAnagrams } from './anagram-parity.js';
import { checkCs180, CS180_FILE } from './cs180.js';
import { checkDiffusers, DIFFUSERS_FILES } from './diffusers.js';
import type { FileCheck } from './file-check.js';
import { BLUR_FILE, checkGaussianBlur } from './gaussian-blur-parity.js';
import { GUIDANCE_FILE } from './guidance-parity.js';
import { checkKDiffusion } from './k-diffusion.js';
import { checkMixture, MIXTURE_FILE } from './mixture.js';
import { SCHEDULE_FILES } from './schedules-parity.js';
import { checkOde } from './ode.js';
import { checkRepaint, REPAINT_FILE } from './repaint-parity.js';
import { checkViews, VIEWS_FILE } from './views-parity.js';

/** Which check a file of the folder has. */
const CHECKS: Readonly<Record<string, FileCheck>> = {
  [MIXTURE_FILE]: checkMixture,
  [VIEWS_FILE]: checkViews,
  [ANAGRAM_FILE]: checkAnagrams,
  [CS180_FILE]: checkCs180,
  [REPAINT_FILE]: checkRepaint,
  [BLUR_FILE]: checkGaussianBlur,
  ...Object.fromEntries(DIFFUSERS_FILES.map((path) => [path, checkDiffusers])),
  'flow/ode.json': checkOde,
  'k_diffusion/samplers.json': checkKDiffusion,
};

/** Samplers against diffusers, k-diffusion and other libraries, step by step. */
export const samplersParity: ParityGroup = {
  name: 'samplers',
  index: MIXTURE_FILE,
  async *run(source) {
    for (const [path, check] of Object.entries(CHECKS)) if (await source.exists(path)) yield* check(source, path);
  },
  async skips(source) {
    const checked = [...Object.keys(CHECKS), ...SCHEDULE_FILES, GUIDANCE_FILE];
    const files = (await source.list('.')).filter((path) => path.endsWith('.json') && !checked.includes(path));
    return files.map((path) => `${path} is checked by nothing here.`);
  },
};
