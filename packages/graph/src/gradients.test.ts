import { describe, expect, test } from '@jest/globals';
import { gradients } from './gradients.js';
import { constant, input, type Node } from './node.js';
import { apply } from './operator.js';
import { add } from './operators/add.js';
import { batchStatistics } from './operators/batch-norm.js';
import { floor } from './operators/floor.js';
import { multiply } from './operators/multiply.js';
import { negateOperator } from './operators/negate.js';
import { stopGradient } from './operators/stop-gradient.js';
import { sum } from './operators/sum.js';

const x = input('x', [2]);
const cotangent = input('cotangent', [2]);

/** `add(multiply(cotangent, x), …)`: a node as text. */
const show = (node: Node): string => {
  if (node.kind === 'operation') return `${node.operator.name}(${node.inputs.map(show).join(', ')})`;
  return node.kind === 'constant' ? `[${[...node.data].join(', ')}]` : node.name;
};

describe('gradients', () => {
  test('start from ones, or from the cotangent that is given', () => {
    expect(gradients(x, [x]).map(show)).toEqual(['[1, 1]']);
    expect(gradients(x, [x], cotangent)).toEqual([cotangent]);
  });

  test('add up where a node is used several times', () => {
    const [flow] = gradients(multiply(x, x), [x], cotangent);
    expect(show(flow)).toBe('add(multiply(cotangent, x), multiply(cotangent, x))');
  });

  test('are asked for nodes inside the graph, too', () => {
    const inner = multiply(x, 3);
    const [toInner, toX] = gradients(multiply(inner, inner), [inner, x], cotangent);
    expect(toInner.shape).toEqual([2]);
    expect(show(toX)).toBe(`multiply(${show(toInner)}, [3])`);
  });

  test('sum over dimensions that were broadcast', () => {
    const scale = input('scale', []);
    const [flow] = gradients(multiply(x, scale), [scale], cotangent);
    expect(flow.shape).toEqual([]);
    expect(show(flow)).toBe('reshape(sum(multiply(cotangent, x)))');
  });

  test.each([
    ['does not depend on it', input('other', [2])],
    ['is a constant to it', stopGradient(x)],
    ['is piecewise constant in it', floor(x)],
  ])('are zeros for a node if the output %s', (_, output) => {
    expect(gradients(output, [x], cotangent).map(show)).toEqual(['[0, 0]']);
  });

  test('do not evaluate what no gradient was asked for', () => {
    const other = input('other', [2]);
    const [flow] = gradients(add(multiply(x, other), multiply(other, other)), [x], cotangent);
    expect(show(flow)).toBe('multiply(cotangent, other)');
  });

  test('refuse to run through an operator that is smooth but has no rule', () => {
    const image = input('image', [2, 3, 4, 4]);
    expect(() => gradients(sum(batchStatistics(image).mean), [image])).toThrow(
      expect.objectContaining({ code: 'no-gradient', message: expect.stringContaining('batchMean') }),
    );
  });

  test('refuse a rule that forgets an operand', () => {
    const forgetful = { ...negateOperator, name: 'forgetful', gradient: () => [] };
    const output = apply(forgetful, [x], {});
    expect(() => gradients(output, [x], constant([1, 1], [2]))).toThrow(
      expect.objectContaining({ code: 'no-gradient', message: expect.stringContaining('forgetful') }),
    );
  });

  test('go as deep as the graph does', () => {
    let node: Node = x;
    for (let i = 0; i < 20_000; i++) node = multiply(node, 2);
    expect(gradients(node, [x])).toHaveLength(1);
  });
});
