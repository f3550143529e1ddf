import { describe, expect, test } from '@jest/globals';
import { graph, topological } from './graph.js';
import { input, state, type Node } from './node.js';
import { add } from './operators/add.js';
import { multiply } from './operators/multiply.js';
import { sum } from './operators/sum.js';

const codeOf = (action: () => unknown): unknown => {
  try {
    return action();
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('graph', () => {
  test('finds the inputs and states that its outputs and updates need', () => {
    const [x, weight, counter] = [input('x', [2]), state('weight', [2]), state('counter', [])];
    const whole = graph('g', { y: multiply(x, weight) }, new Map([['counter', add(counter, 1)]]));
    expect([...whole.inputs.keys()]).toEqual(['x']);
    expect([...whole.states.keys()]).toEqual(['weight', 'counter']);
  });

  test('takes two nodes of one name for one value if they agree', () => {
    const whole = graph('g', { y: add(input('x', [2]), input('x', [2])) });
    expect(whole.inputs.size).toBe(1);
  });

  test.each<[string, Node, Node]>([
    ['of two shapes', input('x', [2]), input('x', [1])],
    ['of two kinds', input('x', [2]), state('x', [2])],
  ])('refuses two values of one name %s', (_, a, b) => {
    expect(codeOf(() => graph('g', { y: add(a, b) }))).toBe('name-clash');
  });

  test('refuses an output named as an input, and reserved names', () => {
    expect(codeOf(() => graph('g', { x: add(input('x', [2]), 1) }))).toBe('name-clash');
    expect(codeOf(() => graph('g', { y: add(input('__add_0', [2]), 1) }))).toBe('name-clash');
  });

  test('refuses two dtypes of one name', () => {
    const outputs = { a: input('x', [2]), b: input('x', [2], 'int64') };
    expect(codeOf(() => graph('g', outputs))).toBe('name-clash');
  });

  test('refuses an update of another shape than its state', () => {
    const weight = state('weight', [2]);
    expect(codeOf(() => graph('g', { y: weight }, new Map([['weight', sum(weight)]])))).toBe('bad-update');
  });
});

describe('topological', () => {
  test('puts operands before what uses them, each node once', () => {
    const x = input('x', [2]);
    const twice = add(x, x);
    const four = multiply(twice, twice);
    expect(topological([four, twice])).toEqual([x, twice, four]);
  });

  test('goes as deep as the graph does', () => {
    const depth = 100_000;
    const x = input('x', []);
    let node: Node = x;
    for (let i = 0; i < depth; i++) node = add(node, x);
    const order = topological([node]);
    expect(order).toHaveLength(depth + 1);
    expect(order[0]).toBe(x);
    expect(order.at(-1)).toBe(node);
  });
});
