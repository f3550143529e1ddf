import { parseOptions, type Schedule } from '@ungrain/core';
import { failedCheck, type ParityCheck } from '@ungrain/core/parity';
import { createSchedule } from '../diffusers/levels.js';
import { ratioOf } from '../schedules/level-of-ratio.js';
import { alignYourStepsSpacing, type ALIGNED } from '../spacings/align-your-steps.js';
import { PRESETS, presetSpacing } from '../spacings/preset.js';
import { compareNumbers } from './numbers.js';

/** diffusers' names of what Align Your Steps was optimised for. */
const MODELS: Readonly<Record<string, keyof typeof ALIGNED>> = {
  StableDiffusion: 'stable-diffusion',
  StableDiffusionXL: 'stable-diffusion-xl',
  StableDiffusionVideo: 'stable-video-diffusion',
};

/** Lists that come with libraries: DeepFloyd IF's `…_timesteps`, and `…Timesteps` and `…Sigmas` of Align Your Steps. */
export function* checkPresets(
  name: string,
  presets: Readonly<Record<string, readonly number[]>>,
): Iterable<ParityCheck> {
  for (const [key, expected] of Object.entries(presets)) yield checkPreset(`${name} ${key}`, key, expected);
}

function checkPreset(name: string, key: string, expected: readonly number[]): ParityCheck {
  const [, list = ''] = /^(\w+)_timesteps$/.exec(key) ?? [];
  if (list in PRESETS) {
    const options = parseOptions(presetSpacing.options, { list }, 'preset');
    const levels = presetSpacing.levels(stableDiffusion(), expected.length, options);
    return compareNumbers(
      name,
      levels.slice(0, -1).map(({ time }) => time),
      expected,
      0,
    );
  }
  const [, model = '', kind] = /^(\w+?)(Timesteps|Sigmas)$/.exec(key) ?? [];
  if (!(model in MODELS)) return failedCheck(name, 'no list of this name is known here');
  const times = kind === 'Timesteps';
  const raw = { model: MODELS[model], list: times ? 'times' : 'sigmas' };
  const options = parseOptions(alignYourStepsSpacing.options, raw, 'align-your-steps');
  const schedule = model === 'StableDiffusionVideo' ? createSchedule({ name: 'edm', options: {} }) : stableDiffusion();
  const levels = alignYourStepsSpacing.levels(schedule, times ? expected.length : expected.length - 1, options);
  return times
    ? compareNumbers(
        name,
        levels.slice(0, -1).map(({ time }) => time),
        expected,
        0,
      )
    : compareNumbers(name, levels.map(ratioOf), expected, 1e-12);
}

const stableDiffusion = (): Schedule => createSchedule({ name: 'scaled-linear', options: {} });
