import { describe, expect, test } from '@jest/globals';
import { gradients } from '../gradients.js';
import { graph, type Graph } from '../graph.js';
import { input, state, type Node } from '../node.js';
import { add } from '../operators/add.js';
import { conv2d } from '../operators/conv2d.js';
import { gelu } from '../operators/gelu.js';
import { mean } from '../operators/mean.js';
import { multiply } from '../operators/multiply.js';
import { subtract } from '../operators/subtract.js';
import { writeOnnx } from './writer.js';

/** One gradient descent step of a small convolution, built from nothing each time. */
function trainingGraph(): Graph {
  const x = input('x', [2, 1, 6, 6]);
  const weight = state('weight', [3, 1, 3, 3]);
  const y = gelu(conv2d(x, weight, null, { padding: 1 }));
  const loss = mean(multiply(y, y));
  const [flow] = gradients(loss, [weight]);
  return graph('step', { loss }, new Map([['weight', subtract(weight, multiply(flow, 0.1))]]));
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('writeOnnx', () => {
  test('gives the same bytes for the same network', () => {
    expect(writeOnnx(trainingGraph())).toEqual(writeOnnx(trainingGraph()));
  });

  test('names inputs, states, outputs and updates as the graph does', () => {
    const file = text(writeOnnx(trainingGraph()));
    for (const name of ['x', 'weight', 'loss', 'weight/next']) expect(file).toContain(name);
  });

  test('writes states that are given as constants into the file', () => {
    const weight = { data: new Float32Array(4).fill(1.5), shape: [4] };
    const y = graph('g', { y: multiply(input('x', [4]), state('weight', [4])) });
    const free = writeOnnx(y);
    const fixed = writeOnnx(y, { constants: new Map([['weight', weight]]) });
    const bits = text(new Uint8Array(weight.data.buffer));
    expect(text(free)).not.toContain(bits);
    expect(text(fixed)).toContain(bits);
  });

  test('writes what is computed twice only once', () => {
    const x = input('x', [4]);
    const squares = (n: number): Node =>
      Array.from({ length: n }, () => gelu(x)).reduce<Node>((sum, term) => add(sum, term), x);
    const nodes = (n: number): number => text(writeOnnx(graph('g', { y: squares(n) }))).split('Gelu').length - 1;
    expect(nodes(5)).toBe(nodes(1));
  });

  test('goes as deep as the graph does', () => {
    let node: Node = input('x', []);
    for (let i = 0; i < 20_000; i++) node = add(node, node);
    expect(writeOnnx(graph('deep', { y: node })).length).toBeGreaterThan(20_000);
  });
});
