import { linear, type Tensor } from '@ungrain/core';
import type { ParityCheck } from '@ungrain/core/parity';
import { graph, input, nn, type Engine } from '@ungrain/graph';
import { CLASSES, unet } from '../unet.js';
import { equality, largestDistance, relative } from './measures.js';
import { tensorOf, tensorsBelow, wanted, type Reference } from './reference.js';

const TOLERANCE = 1e-4;

/**
 * Euler's method with the final weights of the Adam run, x ← x + v/steps, with v = u + γ(c − u) where there are classes;
 * the one-step denoiser is one forward pass.
 */
export async function* checkSampling(engine: Engine, reference: Reference): AsyncGenerator<ParityCheck> {
  const { kind, info, settings } = reference;
  const expected = await reference.file('sample');
  const trained = await reference.file('run_adam');
  if (!expected || !trained) return;
  const start = tensorOf(expected, 'x0');
  const rows = start.shape[0]!;
  const inputs = { x: input('x', start.shape), t: input('t', [rows, 1]), c: input('c', [rows, CLASSES]) };
  const output = unet(nn.Scope.root({ training: false }), { kind, hidden: settings.D })(inputs);
  const compiled = graph('sample', { output });
  const executable = await engine.compile(compiled);
  const store = await engine.store(tensorsBelow(trained, 'final'));
  const predict = async (x: Tensor, time: number, c: Tensor): Promise<Tensor> => {
    const all = { x, t: { data: new Float32Array(rows).fill(time), shape: [rows, 1] }, c };
    const feeds = [...compiled.inputs.keys()].map((name) => [
      name,
      { dtype: 'float32' as const, ...all[name as keyof typeof all] },
    ]);
    return (await executable.run(store, Object.fromEntries(feeds) as Record<string, never>)).output as Tensor;
  };

  const none: Tensor = { data: new Float32Array(rows * CLASSES), shape: [rows, CLASSES] };
  const classes = expected.has('c') ? tensorOf(expected, 'c') : none;
  const schedule = info.sample;
  let x = start;
  if (!schedule) x = await predict(x, 0, none);
  else
    for (let k = 0; k < schedule.steps; k++) {
      const time = k / schedule.steps;
      yield relative(`${kind} sample t_values[${k}]`, time, schedule.t_values[k]!, 1e-12);
      const conditional = await predict(x, time, classes);
      const velocity =
        schedule.gamma === undefined
          ? conditional
          : linear([1 - schedule.gamma, await predict(x, time, none)], [schedule.gamma, conditional]);
      x = linear([1, x], [1 / schedule.steps, velocity]);
      const after = `x_after_step_${k + 1}`;
      if (expected.has(after))
        yield largestDistance(`${kind} sample ${after}`, x, tensorOf(expected, after), TOLERANCE);
    }
  yield largestDistance(`${kind} sample out`, x, tensorOf(expected, 'out'), TOLERANCE);
  if (schedule?.out_max_abs !== undefined)
    yield relative(
      `${kind} sample out_max_abs`,
      x.data.reduce((largest, v) => Math.max(largest, Math.abs(v)), 0),
      schedule.out_max_abs,
      TOLERANCE,
    );
  yield equality(`${kind} sample shape`, x.shape, wanted(expected, 'out').shape);
  await executable.dispose();
}
