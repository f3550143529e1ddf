import type { OperationNode, Operator } from '@ungrain/graph';
import type { Builder } from '../program/builder.js';
import { heldAxis } from '../program/layout.js';
import type { Register } from '../program/program.js';
import type { Tensorflow, TfTensor } from '../tensorflow.js';

/** How one operator of @ungrain/graph is written with TensorFlow.js. */
export interface Rule<A extends object = object> {
  lower(build: Builder, inputs: readonly Register[], node: OperationNode, attributes: A): Register;
}

/** Rules by the names of their operators. */
export type Rules = Readonly<Record<string, Rule>>;

export type AttributesOf<O> = O extends Operator<infer A> ? A : never;

type Apply<A> = (tf: Tensorflow, inputs: readonly TfTensor[], attributes: A) => TfTensor;

/** Element by element, with broadcasting: any order of dimensions will do, as long as all operands have it. */
export const pointwise = <A extends object>(apply: Apply<A>): Rule<A> => ({
  lower(build, inputs, { operator, shape }, attributes) {
    const operands = build.aligned(inputs, shape.length);
    const channelsLast = operands.some((x) => x.channelsLast);
    return build.call(
      operator.name,
      operands,
      { shape, channelsLast },
      (tf, xs) => apply(tf, xs, attributes),
      attributes,
    );
  },
});

/** Takes and gives dimensions in the graph's order. */
export const plain = <A extends object>(apply: Apply<A>): Rule<A> => ({
  lower(build, inputs, { operator, shape }, attributes) {
    const operands = inputs.map((x) => build.plain(x));
    return build.call(operator.name, operands, { shape }, (tf, xs) => apply(tf, xs, attributes), attributes);
  },
});

/** Works along dimensions wherever they are held, and keeps them all. `apply` is told how its operands are held. */
export const inPlace = <A extends object>(
  apply: (tf: Tensorflow, inputs: readonly TfTensor[], attributes: A, held: Held) => TfTensor,
): Rule<A> => ({
  lower(build, inputs, { operator, shape }, attributes) {
    const operands = build.aligned(inputs, inputs[0]!.shape.length);
    const channelsLast = operands[0]!.channelsLast && shape.length === 4;
    const xs = channelsLast ? operands : operands.map((x) => build.plain(x));
    const held = { channelsLast };
    return build.call(
      operator.name,
      xs,
      { shape, ...held },
      (tf, tensors) => apply(tf, tensors, attributes, held),
      attributes,
    );
  },
});

export type Held = Pick<Register, 'channelsLast'>;

/** The held places of dimensions, ascending. */
export const heldAxes = (held: Held, axes: readonly number[]): number[] =>
  axes.map((axis) => heldAxis(held, axis)).toSorted((a, b) => a - b);
