import type { Tensor, Value } from '@ungrain/core';
import type { ParityCheck } from '@ungrain/core/parity';
import { gradients, graph, nn, statesOf, type Engine } from '@ungrain/graph';
import { objective } from '../objective.js';
import { equality, jointNorm, largestDistance, relative, relativeL2 } from './measures.js';
import { tensorOf, tensorsBelow, wanted, type Reference } from './reference.js';

/** Names and shapes of the states that the network declares: all of the reference's but the counters of batches. */
export function* checkStates({ kind, settings, info }: Reference): Generator<ParityCheck> {
  const scope = nn.Scope.root({ training: true });
  objective(scope, { kind, hidden: settings.D, rows: 2 });
  const shapes = (trained: boolean) =>
    Object.fromEntries(scope.declarations.filter((d) => d.trained === trained).map((d) => [d.name, d.shape]));
  const buffers = Object.entries(info.buffers).filter(([name]) => !name.endsWith('num_batches_tracked'));
  const count = scope.declarations.reduce((sum, d) => sum + (d.trained ? d.shape.reduce((a, b) => a * b, 1) : 0), 0);
  yield equality(`${kind} parameters`, shapes(true), info.parameters);
  yield equality(`${kind} buffers`, shapes(false), Object.fromEntries(buffers));
  yield equality(`${kind} parameter_count`, count, info.parameter_count);
  const biasesBeforeNorm = Object.keys(info.parameters).filter(
    (name) => name.endsWith('.conv.bias') && name.replace(/conv\.bias$/, 'bn.bias') in info.parameters,
  );
  yield equality(`${kind} noise_gradient_parameters`, biasesBeforeNorm, info.noise_gradient_parameters);
}

/** One forward and backward pass on the first batch, and evaluation before and after it. */
export async function* checkOneStep(engine: Engine, reference: Reference): AsyncGenerator<ParityCheck> {
  const { kind, info, train } = reference;
  const expected = await reference.file('one_step');
  const initial = await reference.file('init');
  if (!expected || !initial) return;
  const weights = new Map([...initial].flatMap(([name, v]) => (v.dtype === 'float32' ? [[name, v as Tensor]] : [])));
  const store = await engine.store(weights);
  const name = (part: string): string => `${kind} one_step ${part}`;
  const evaluate = async (): Promise<Tensor> => {
    const { output } = objective(nn.Scope.root({ training: false }), sizes(reference));
    const executable = await engine.compile(graph('evaluate', { output }));
    const outputs = await executable.run(store, train[0]!);
    await executable.dispose();
    return outputs.output as Tensor;
  };

  yield largestDistance(name('output.eval_before'), await evaluate(), tensorOf(expected, 'output.eval_before'), 2e-5);

  const scope = nn.Scope.root({ training: true });
  const { x, target, output, loss } = objective(scope, sizes(reference));
  const trained = scope.declarations.filter((declaration) => declaration.trained);
  const flows = gradients(loss, [x, ...statesOf(loss, trained)]);
  const wholeStep = graph(
    'one-step',
    {
      x,
      target,
      output,
      loss,
      'grad_input.x': flows[0],
      ...Object.fromEntries(trained.map((declaration, i) => [`grad.${declaration.name}`, flows[i + 1]!])),
    },
    scope.updates,
  );
  const executable = await engine.compile(wholeStep);
  const outputs = (await executable.run(store, train[0]!)) as Record<string, Tensor>;
  await executable.dispose();

  for (const input of ['t', 'c'])
    if (expected.has(`input.${input}`))
      yield largestDistance(
        name(`input.${input}`),
        train[0]![input] as Tensor,
        tensorOf(expected, `input.${input}`),
        0,
      );
  yield largestDistance(name('input.x'), outputs.x!, tensorOf(expected, 'input.x'), 1e-6);
  yield largestDistance(name('target'), outputs.target!, tensorOf(expected, 'target'), 1e-6);
  yield largestDistance(name('output.train'), outputs.output!, tensorOf(expected, 'output.train'), 2e-5);
  yield relative(name('loss_f32'), outputs.loss!.data[0]!, info.one_step.loss_f32, 1e-6);
  yield relative(name('loss_f64'), outputs.loss!.data[0]!, info.one_step.loss_f64, 1e-6);

  const noise = new Set(info.noise_gradient_parameters);
  for (const [parameter, gradient] of tensorsBelow(expected, 'grad')) {
    const actual = outputs[`grad.${parameter}`]!;
    if (noise.has(parameter)) {
      // The true gradient is 0: both are rounding noise, and each is only held against that.
      const zero = { data: new Float32Array(gradient.data.length), shape: gradient.shape };
      yield largestDistance(name(`grad.${parameter}`), actual, zero, 1e-6);
      yield largestDistance(name(`grad.${parameter} of the reference`), gradient, zero, 1e-6);
    } else yield relativeL2(name(`grad.${parameter}`), [{ actual, expected: gradient }], 5e-5);
  }
  const compared = trained.filter((declaration) => !noise.has(declaration.name));
  const norm = jointNorm(compared.map((declaration) => outputs[`grad.${declaration.name}`]!));
  yield relative(name('grad_norm_f64'), norm, info.one_step.grad_norm_f64, 1e-4);
  const inputGradient = { actual: outputs['grad_input.x']!, expected: tensorOf(expected, 'grad_input.x') };
  yield relativeL2(name('grad_input.x'), [inputGradient], 5e-5);

  for (const [buffer, value] of tensorsBelow(expected, 'bn_after'))
    yield largestDistance(name(`bn_after.${buffer}`), store.get(buffer), value, 1e-6);
  yield* checkCounters(name('bn_after'), expected, 'bn_after', 1);
  yield largestDistance(name('output.eval_after'), await evaluate(), tensorOf(expected, 'output.eval_after'), 2e-5);
}

/** PyTorch counts the batches that each batch norm saw; here that is the number of training steps. */
export function* checkCounters(
  name: string,
  tensors: ReadonlyMap<string, Value>,
  prefix: string,
  steps: number,
): Generator<ParityCheck> {
  for (const tensor of tensors.keys())
    if (tensor.startsWith(`${prefix}.`) && tensor.endsWith('.num_batches_tracked'))
      yield equality(`${name} ${tensor}`, steps, Number(wanted(tensors, tensor).data[0]));
}

export const sizes = ({ kind, settings, train }: Reference) => ({
  kind,
  hidden: settings.D,
  rows: train[0]!.images!.shape[0]!,
  sees: settings.sigma,
});
