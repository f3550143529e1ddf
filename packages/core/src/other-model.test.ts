import { describe, expect, test } from '@jest/globals';
import type { StepPoint } from './denoiser.js';
import { straightPath } from './flow.js';
import { otherModelDenoiser } from './other-model.js';
import type { Schedule } from './schedule.js';
import { linear, tensor } from './tensor.js';
import { gaussianModel } from './testing/index.js';

/** Variance-preserving, with times from 10 (noise) to 0: the same signal-to-noise ratios in other clothes. */
const angles: Schedule = {
  ...straightPath,
  name: 'angles',
  noisiest: 10,
  cleanest: 0,
  clean: { time: 0, alpha: 1, sigma: 0 },
  level: (time) => ({ time, alpha: Math.cos((time * Math.PI) / 20), sigma: Math.sin((time * Math.PI) / 20) }),
  timeAt: (logSnr) => (Math.atan(Math.exp(-logSnr / 2)) * 20) / Math.PI,
};

const flow = gaussianModel({ schedule: straightPath, prediction: 'flow', mean: 0.3 });
const level = straightPath.level(0.3);
const at: StepPoint = { from: level, to: straightPath.clean, index: 0, total: 1, progress: 0 };
const query = { x: tensor([0.4, -1, 2, 0.1], [1, 1, 2, 2]), level, conditions: [{}] };

describe('otherModelDenoiser', () => {
  test('asks a model of the same schedule what it is asked', async () => {
    const other = gaussianModel({ schedule: straightPath, mean: 0.3 });
    const [answer] = await otherModelDenoiser(other, flow)([query], at);
    expect(other.calls[0]!.levels).toEqual([level]);
    expect(other.calls[0]!.x).toEqual(query.x);
    expect(linear([level.alpha, answer!.data], [level.sigma, answer!.noise])).toEqual(query.x);
  });

  test.each([0, 0.3, 0.9])('gives the data and noise of a model of another schedule (time %d)', async (time) => {
    const other = gaussianModel({ schedule: angles, prediction: 'v', mean: 0.3 });
    const asked = { ...query, level: straightPath.level(time) };
    const [answer] = await otherModelDenoiser(other, flow)([asked], at);
    const same = gaussianModel({ schedule: straightPath, prediction: 'v', mean: 0.3 });
    const [expected] = await otherModelDenoiser(same, flow)([asked], at);
    for (const part of ['data', 'noise'] as const)
      answer![part].data.forEach((value, i) => expect(value).toBeCloseTo(expected![part].data[i]!, 5));
    expect(other.calls[0]!.levels[0]!.time).toBeCloseTo((Math.atan2(1 - time, time) * 20) / Math.PI, 9);
  });

  test('refuses a model of other samples', () => {
    const larger = gaussianModel({ schedule: straightPath, sampleShape: [1, 4, 4] });
    const brighter = { ...gaussianModel({ schedule: straightPath }), name: 'bright', range: [0, 1] as const };
    const refused = expect.objectContaining({ code: 'other-model' });
    expect(() => otherModelDenoiser(larger, flow)).toThrow(refused);
    expect(() => otherModelDenoiser(larger, flow)).toThrow('makes samples of shape [1, 4, 4], not [1, 2, 2]');
    expect(() => otherModelDenoiser(brighter, flow)).toThrow("Model 'bright' has the range 0 to 1");
  });
});
