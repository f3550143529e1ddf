import type { Node } from '../../node.js';
import * as ops from '../../ops.js';
import type { Attributes } from '../attributes.js';
import type { Builders, Operands, PatternBuilder } from '../builder.js';

/** Every operand in order; a single one counts twice, as in `cat([a, a])`. */
const all = (operands: Operands): readonly Node[] => {
  const nodes = Object.values(operands);
  return nodes.length === 1 ? [...nodes, ...nodes] : nodes;
};

/** PyTorch's list [left, right, top, bottom, …] starts with the last dimension. */
function padding({ shape }: Node, attributes: Attributes): { before: readonly number[]; after: readonly number[] } {
  const list = attributes.numbers('pad');
  const side = (offset: 0 | 1): number[] => shape.map((_, i) => list[2 * (shape.length - 1 - i) + offset] ?? 0);
  return { before: side(0), after: side(1) };
}

function pad({ x }: Operands, attributes: Attributes): Node {
  const { before, after } = padding(x!, attributes);
  const mode = attributes.text('mode', 'constant');
  if (mode === 'constant') return ops.pad(x!, before, after, attributes.number('value', 0));
  const byMode = { reflect: ops.padReflect, replicate: ops.padReplicate, circular: ops.padCircular };
  return byMode[mode as keyof typeof byMode](x!, before, after);
}

function roll({ x }: Operands, attributes: Attributes): Node {
  const shifts = attributes.numbers('shifts');
  return attributes.numbers('dims').reduce<Node>((rolled, axis, i) => ops.roll(rolled, shifts[i]!, axis), x!);
}

/** A shape with at most one −1, which stands for whatever is left. */
function withoutMinusOne(x: Node, shape: readonly number[]): readonly number[] {
  const known = shape.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const total = x.shape.reduce((product, size) => product * size, 1);
  return shape.map((size) => (size === -1 ? total / known : size));
}

const list = (text = ''): number[] => text.split(',').map(Number);

export const layoutBuilders: Builders = {
  concat: (operands, attributes) => ops.concat(all(operands), attributes.number('dim')),
  stack: (operands, attributes) => ops.stack(all(operands), attributes.number('dim')),
  flip: ({ x }, attributes) => ops.flip(x!, attributes.numbers('dims')),
  roll,
  pad,
  expand: ({ x }, attributes) => ops.expand(x!, attributes.numbers('shape')),
  repeat: ({ x }, attributes) => ops.repeat(x!, attributes.numbers('reps')),
  repeat_interleave: ({ x }, attributes) =>
    ops.repeatInterleave(x!, attributes.number('repeats'), attributes.number('dim')),
};

export const layoutPatterns: readonly PatternBuilder[] = [
  [
    /^permute ([\d,]+) then reshape ([-\d,]+)$/,
    ({ x }, order, shape) => {
      const permuted = ops.transpose(x!, list(order));
      return ops.reshape(permuted, withoutMinusOne(permuted, list(shape)));
    },
  ],
];
