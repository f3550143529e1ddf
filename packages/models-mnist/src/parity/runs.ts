import { zeros, type Tensor, type Value } from '@ungrain/core';
import type { ParityCheck } from '@ungrain/core/parity';
import {
  adam,
  adamw,
  emaName,
  graph,
  nn,
  optimizerStates,
  scalarInput,
  slotName,
  trainStep,
  type Engine,
  type Optimizer,
  type Store,
} from '@ungrain/graph';
import { objective } from '../objective.js';
import { equality, largestDistance, relative, relativeL2 } from './measures.js';
import { checkCounters, sizes } from './one-step.js';
import { tensorOf, tensorsBelow, type Reference, type RunInfo } from './reference.js';

/** How far a run may drift (see the tolerances in the reference's README). */
const LOSS = 2e-4;
const UPDATE = 5e-3;
const UPDATE_PER_TENSOR = 2e-2;
const NORM = 1e-4;
const OUTPUT_OF_GIVEN_WEIGHTS = 1e-5;
/** A network trained here inherits the noise of its biases, see 'Noise gradients' there. */
const OWN_VALIDATION_LOSS = 1e-2;

const OPTIMIZERS: Readonly<Record<string, (hyper: RunInfo['hyper']) => Optimizer>> = {
  Adam: ({ betas: [beta1, beta2], eps }) => adam({ beta1, beta2, epsilon: eps }),
  AdamW: ({ betas: [beta1, beta2], eps, weight_decay: weightDecay = 0 }) =>
    adamw({ beta1, beta2, epsilon: eps, weightDecay }),
};

/** A 20-step run, step by step, and what it ends with. */
export async function* checkRun(engine: Engine, reference: Reference, run: string): AsyncGenerator<ParityCheck> {
  const { kind, settings, info, train } = reference;
  const expected = await reference.file(`run_${run}`);
  const initial = await reference.file('init');
  const entry = info.runs[run]!;
  if (!expected || !initial) return;
  const name = (part: string): string => `${kind} ${run} ${part}`;
  const { hyper } = entry;
  const optimizer = OPTIMIZERS[entry.optimizer]!(hyper);
  const scope = nn.Scope.root({ training: true });
  const { loss } = objective(scope, sizes(reference));
  const step = trainStep({
    name: run,
    loss,
    declarations: scope.declarations,
    buffers: scope.updates,
    optimizer,
    ...(hyper.max_norm !== undefined && { maxGradientNorm: hyper.max_norm }),
    ...(hyper.decay !== undefined && { emaDecay: hyper.decay }),
  });

  const origin = new Map(scope.declarations.map((d) => [d.name, tensorOf(initial, d.name)]));
  const states = new Map(origin);
  if (hyper.decay !== undefined)
    for (const { name: parameter, trained } of scope.declarations)
      if (trained) states.set(emaName(parameter), origin.get(parameter)!);
  for (const [slot, shape] of optimizerStates(optimizer, scope.declarations)) states.set(slot, zeros(shape));
  const store = await engine.store(states);
  const executable = await engine.compile(step);

  const factor = (hyper.final_factor ?? 1) ** (1 / settings.steps);
  if (entry.gamma_per_step !== null) yield relative(name('gamma_per_step'), factor, entry.gamma_per_step, 1e-12);
  const afterOne = run === 'ema' ? null : await reference.file('after_step1');
  const noise = new Set(info.noise_gradient_parameters);
  for (const [k, feeds] of train.entries()) {
    const learningRate = hyper.lr * factor ** k;
    yield relative(name(`lrs[${k}]`), learningRate, entry.lrs[k]!, 1e-9);
    const scalars: [string, Value][] = Object.entries(optimizer.scalars(k + 1, learningRate)).map(([scalar, v]) => [
      scalarInput(scalar),
      { dtype: 'float32', data: Float32Array.of(v), shape: [] },
    ]);
    const outputs = await executable.run(store, { ...feeds, ...Object.fromEntries(scalars) });
    for (const [series, output, tolerance] of SERIES)
      if (series in entry)
        yield relative(
          name(`${series}[${k}]`),
          Number(outputs[output]!.data[0]),
          (entry[series] as readonly number[])[k]!,
          tolerance,
        );
    if (k === 0 && afterOne)
      for (const [parameter, value] of tensorsBelow(afterOne, run))
        if (!noise.has(parameter))
          yield relativeL2(
            name(`after_step1 ${parameter}`),
            [{ actual: store.get(parameter), expected: value, origin: origin.get(parameter) }],
            UPDATE,
          );
  }
  await executable.dispose();
  if (entry.adam_step_count !== undefined) yield equality(name('adam_step_count'), train.length, entry.adam_step_count);

  const compared = scope.declarations.filter((d) => d.trained && !noise.has(d.name)).map((d) => d.name);
  const finals = tensorsBelow(expected, 'final');
  yield* checkUpdates(name('final'), compared, (p) => store.get(p), finals, origin);
  for (const [buffer, value] of finals)
    if (buffer.endsWith('.running_var'))
      yield relativeL2(
        name(`final ${buffer}`),
        [{ actual: store.get(buffer), expected: value, origin: origin.get(buffer) }],
        UPDATE_PER_TENSOR,
      );
  yield* checkCounters(name('final'), expected, 'final', train.length);
  if (hyper.decay !== undefined)
    yield* checkUpdates(name('ema'), compared, (p) => store.get(emaName(p)), tensorsBelow(expected, 'ema'), origin);
  yield* checkMoments(reference, run, optimizer, compared, store);
  yield* checkValidation(engine, reference, run, expected, store);
}

/** Outputs of the train step that are compared at each step, by the name of their series. */
const SERIES = [
  ['losses_f32', 'loss', LOSS],
  ['losses_f64', 'loss', LOSS],
  ['losses_f32_without_onednn', 'loss', LOSS],
  ['grad_norms_before_clip_f32', 'gradientNorm', NORM],
  ['grad_norms_before_clip_f64', 'gradientNorm', NORM],
] as const;

/** How far the parameters moved, jointly and tensor by tensor. */
function* checkUpdates(
  name: string,
  parameters: readonly string[],
  get: (parameter: string) => Tensor,
  expected: ReadonlyMap<string, Tensor>,
  origin: ReadonlyMap<string, Tensor>,
): Generator<ParityCheck> {
  const triples = parameters.map((parameter) => ({
    parameter,
    actual: get(parameter),
    expected: expected.get(parameter)!,
    origin: origin.get(parameter),
  }));
  yield relativeL2(`${name} update`, triples, UPDATE);
  for (const triple of triples) yield relativeL2(`${name} ${triple.parameter}`, [triple], UPDATE_PER_TENSOR);
}

async function* checkMoments(
  reference: Reference,
  run: string,
  optimizer: Optimizer,
  parameters: readonly string[],
  store: Store,
): AsyncGenerator<ParityCheck> {
  const moments = await reference.file(`optim_${run}`);
  if (!moments) return;
  for (const slot of optimizer.slots)
    for (const parameter of parameters)
      yield relativeL2(
        `${reference.kind} ${run} ${slot} ${parameter}`,
        [
          {
            actual: store.get(slotName(optimizer, slot, parameter)),
            expected: tensorOf(moments, `${slot}.${parameter}`),
          },
        ],
        UPDATE_PER_TENSOR,
      );
}

/** Evaluation on the validation batch: with the reference's weights tightly, with ours within the noise of the biases. */
async function* checkValidation(
  engine: Engine,
  reference: Reference,
  run: string,
  expected: ReadonlyMap<string, Value>,
  trainedHere: Store,
): AsyncGenerator<ParityCheck> {
  const { kind, info, validation } = reference;
  const entry = info.runs[run]!;
  const { output, loss } = objective(nn.Scope.root({ training: false }), {
    ...sizes(reference),
    rows: validation.images!.shape[0]!,
  });
  const executable = await engine.compile(graph('validate', { output, loss }));
  const given = tensorsBelow(expected, 'final');
  for (const [suffix, weights] of [
    ['', given],
    ['_ema', new Map([...given, ...tensorsBelow(expected, 'ema')])],
  ] as const) {
    if (!expected.has(`val.output_eval${suffix}`)) continue;
    const name = (part: string): string => `${kind} ${run} ${part}${suffix}`;
    const outputs = await executable.run(await engine.store(weights), validation);
    yield largestDistance(
      name('val.output_eval'),
      outputs.output as Tensor,
      tensorOf(expected, `val.output_eval${suffix}`),
      OUTPUT_OF_GIVEN_WEIGHTS,
    );
    const series = `val_loss_eval${suffix}`;
    const given32 = Number(outputs.loss!.data[0]);
    yield relative(`${kind} ${run} ${series}_f32`, given32, entry[`${series}_f32`] as number, 1e-5);
    const own = suffix === '' ? trainedHere : await engine.store(averaged(trainedHere));
    const ownLoss = Number((await executable.run(own, validation)).loss!.data[0]);
    for (const precision of ['f32', 'f64'])
      yield relative(
        `${kind} ${run} ${series}_${precision} of the network trained here`,
        ownLoss,
        entry[`${series}_${precision}`] as number,
        OWN_VALIDATION_LOSS,
      );
  }
  await executable.dispose();
}

/** The states of a store with its averages in place of the weights they average. */
function averaged(store: Store): Map<string, Tensor> {
  const names = new Set(store.names());
  return new Map([...names].map((name) => [name, store.get(names.has(emaName(name)) ? emaName(name) : name)] as const));
}
