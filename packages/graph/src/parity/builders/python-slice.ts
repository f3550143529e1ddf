import { UngrainError } from '@ungrain/core';
import type { Node } from '../../node.js';
import * as ops from '../../ops.js';

/** Applies an expression like `x[:,1:6:2,...,-3:]`; a bare number drops its dimension. */
export function pythonSlice(x: Node, expression: string): Node {
  const parts = /^\w+\[(.+)\]$/.exec(expression.replaceAll(' ', ''))?.[1]?.split(',');
  if (!parts) throw new UngrainError('bad-reference', `'${expression}' is no slice.`);
  const unnamed = x.shape.length - parts.filter((part) => part !== '...').length;
  const ranges = parts.flatMap((part) => (part === '...' ? new Array<string>(unnamed).fill(':') : [part]));
  const sliced = ranges.reduce<Node>((node, range, axis) => applyRange(node, axis, range), x);
  const dropped = new Set(ranges.flatMap((range, axis) => (range.includes(':') ? [] : [axis])));
  return ops.reshape(
    sliced,
    sliced.shape.filter((_, axis) => !dropped.has(axis)),
  );
}

function applyRange(x: Node, axis: number, range: string): Node {
  const size = x.shape[axis]!;
  const place = (text: string | undefined, fallback: number): number => {
    if (!text) return fallback;
    const index = Number(text);
    return Math.min(Math.max(index < 0 ? index + size : index, 0), size);
  };
  if (!range.includes(':')) return ops.slice(x, axis, place(range, 0), place(range, 0) + 1);
  const [start, end, step] = range.split(':');
  const first = place(start, 0);
  return ops.slice(x, axis, first, Math.max(first, place(end, size)), step ? Number(step) : 1);
}
