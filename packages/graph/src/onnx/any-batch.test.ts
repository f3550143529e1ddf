import { describe, expect, test } from '@jest/globals';
import { graph } from '../graph.js';
import { input, state } from '../node.js';
import { concat } from '../operators/concat.js';
import { expand } from '../operators/expand.js';
import { matmul } from '../operators/matmul.js';
import { reshape } from '../operators/reshape.js';
import { writeOnnxForAnyBatch } from './any-batch.js';
import { onnxPorts } from './ports.js';

describe('writeOnnxForAnyBatch', () => {
  test('leaves the batch open', () => {
    const bytes = writeOnnxForAnyBatch((rows) => {
      const y = matmul(reshape(input('x', [rows, 2, 3]), [rows, 6]), state('w', [6, 5]));
      return graph('g', { y: reshape(y, [rows, 5, 1, 1]) });
    });
    expect(onnxPorts(bytes)).toEqual({
      inputs: [
        { name: 'x', shape: ['rows', 2, 3] },
        { name: 'w', shape: [6, 5] },
      ],
      outputs: [{ name: 'y', shape: ['rows', 5, 1, 1] }],
    });
  });

  test.each([
    ['a size that depends on the rows', (rows: number) => reshape(input('x', [rows, 4]), [2 * rows, 2])],
    [
      'a constant of as many rows',
      (rows: number) => concat([input('x', [rows, 4]), expand(input('y', [1, 4]), [rows, 4])], 1),
    ],
  ])('refuses %s', (_, build) => {
    expect(() => writeOnnxForAnyBatch((rows) => graph('g', { out: build(rows) }))).toThrow('name the number of rows');
  });
});
