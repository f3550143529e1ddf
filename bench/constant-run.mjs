import { createRegistry, parseOptions, parseRunSpec, planRun, runNoise, sample, TorchGenerator } from '@ungrain/core';
import { gaussianModel } from '@ungrain/core/testing';
import { linearSchedule, samplersPlugin } from '@ungrain/samplers';

/** What the peer steps through as well: four images of DeepFloyd IF's first stage. */
export const SHAPE = [4, 3, 64, 64];
const STEPS = 50;
const LINEAR = linearSchedule.create(parseOptions(linearSchedule.options, {}, 'the schedule'));
const registry = createRegistry([samplersPlugin]);

/**
 * A whole run, of which nothing but sampler, guidance and noise takes time: the model gives the same tensor again and
 * again. `calls` counts how often it was asked.
 */
export function constantRun({
  sampler,
  guidance = [],
  shape,
  schedule = LINEAR,
  prediction = 'epsilon',
  spacing = 'leading',
}) {
  const [count, ...sampleShape] = shape;
  const answers = new Map();
  let calls = 0;
  const model = {
    ...gaussianModel({ schedule, prediction, sampleShape }),
    async predict({ x }) {
      calls++;
      const rows = x.shape[0];
      if (!answers.has(rows)) answers.set(rows, new TorchGenerator(1).randn(x.shape));
      return answers.get(rows);
    },
  };
  const spec = parseRunSpec({
    model: model.name,
    sampler,
    guidance,
    spacing: { name: spacing },
    steps: STEPS,
    count,
    conditions: [0.5],
  });
  const plan = planRun(spec, registry, model);
  return { steps: STEPS, calls: () => calls, run: () => sample({ ...plan, noise: runNoise(spec) }) };
}
