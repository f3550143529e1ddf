import { UngrainError, type Value } from '@ungrain/core';
import { brokenCheck, failedCheck, type ParityCheck, type ParityGroup } from '@ungrain/core/parity';
import type { Engine } from '../engine.js';
import { gradients } from '../gradients.js';
import { graph } from '../graph.js';
import { input, type Node, type NodeDType } from '../node.js';
import { add } from '../operators/add.js';
import { multiply } from '../operators/multiply.js';
import { sum } from '../operators/sum.js';
import { Attributes } from './attributes.js';
import { builderOf } from './builders/index.js';
import type { Operands } from './builder.js';
import { tensorsOf, type CaseTensors, type OpsCase } from './ops-case.js';
import { compareWithin } from './tolerance.js';

const FOLDER = 'ops';
const INDEX = `${FOLDER}/index.json`;

/**
 * Operators and functions against PyTorch: each case is built as one graph with its outputs and its gradients by reverse
 * mode, and run on `engine`. Every output and every gradient is a check, named `ID TENSOR`; its error is in units of the
 * case's tolerance.
 */
export const opsParity = ({ engine }: { readonly engine: Engine }): ParityGroup => ({
  name: 'ops',
  index: INDEX,
  async *run(source) {
    const { cases } = (await source.json(INDEX)) as { readonly cases: readonly OpsCase[] };
    const files = new Map<string, ReadonlyMap<string, Value>>();
    for (const entry of cases) {
      const known = files.get(entry.file) ?? (await source.tensors(`${FOLDER}/${entry.file}`));
      files.set(entry.file, known);
      yield* await checkCase(engine, entry, tensorsOf(entry, known));
    }
  },
});

/** The checks of one case; a single failed one if it cannot be built or run. */
async function checkCase(engine: Engine, entry: OpsCase, tensors: CaseTensors): Promise<readonly ParityCheck[]> {
  try {
    const results = await compute(engine, entry, tensors);
    return Object.entries(results).map(([name, actual]) => {
      const expected = tensors.get(name);
      const check = `${entry.id} ${name}`;
      return expected
        ? compareWithin(check, actual, expected, entry.tol[name] ?? {})
        : failedCheck(check, 'the reference does not have this tensor');
    });
  } catch (error) {
    return [brokenCheck(entry.id, error)];
  }
}

/** `out`, `out0` … and `grad.NAME` of a case. */
async function compute(engine: Engine, entry: OpsCase, tensors: CaseTensors): Promise<Record<string, Value>> {
  const operands: Operands = Object.fromEntries(
    Object.keys(entry.inputs).map((name) => [name, inputLike(`in.${name}`, tensors)]),
  );
  const built = builderOf(entry)(operands, new Attributes(entry.attrs));
  const nodes = 'kind' in built ? [built] : built;
  const outputs = Object.fromEntries(entry.outputs.map(({ name }, i) => [name, nodeAt(nodes, i)]));

  const wanted = Object.keys(entry.inputs).filter((name) => entry.inputs[name]!.grad);
  const flows =
    wanted.length === 0
      ? []
      : gradients(
          weightedSum(outputs, tensors),
          wanted.map((name) => operands[name]!),
        );
  const grads = Object.fromEntries(wanted.map((name, i) => [`grad.${name}`, flows[i]!]));

  const whole = graph(entry.id, { ...outputs, ...grads });
  const executable = await engine.compile(whole);
  try {
    return await executable.run(
      null,
      Object.fromEntries([...whole.inputs.keys()].map((name) => [name, tensors.get(name)!])),
    );
  } finally {
    await executable.dispose();
  }
}

/** Σ output·cotangent over the outputs that have a cotangent: what the reference differentiated. */
function weightedSum(outputs: Readonly<Record<string, Node>>, tensors: CaseTensors): Node {
  const terms = Object.entries(outputs).flatMap(([name, node]) => {
    const cotangent = name.replace(/^out/, 'cot');
    return tensors.has(cotangent) ? [sum(multiply(node, inputLike(cotangent, tensors)))] : [];
  });
  return terms.reduce((a, b) => add(a, b));
}

function inputLike(name: string, tensors: CaseTensors): Node {
  const value = tensors.get(name);
  if (!value) throw new UngrainError('bad-reference', `The case has no tensor '${name}'.`, 'failure');
  return input(name, value.shape, value.dtype as NodeDType);
}

function nodeAt(nodes: readonly Node[], i: number): Node {
  const node = nodes[i];
  if (!node) throw new UngrainError('bad-reference', `The graph has no output ${i}.`, 'failure');
  return node;
}
