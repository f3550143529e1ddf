import type { Node, OperationNode } from '../node.js';
import { convTranspose2dOperator, type ConvTransposeAttributes } from '../operators/conv-transpose2d.js';
import type { Pair } from '../operators/convolution.js';
import { flip } from '../operators/flip.js';
import { sliceBox } from '../operators/slice.js';
import { transpose } from '../operators/transpose.js';
import { interleave } from './interleave.js';
import { paddedConv2d } from './padded-conv2d.js';
import { rewriting } from './pass.js';

/** One phase of a transposed convolution along one direction: the output pixels a, a + s, a + 2s … */
interface Phase {
  /** The first tap of the kernel that reaches these pixels; the others follow s apart. */
  readonly firstTap: number;
  readonly taps: number;
  /** Zeros in front of and behind the input. */
  readonly before: number;
  readonly after: number;
}

/**
 * A transposed convolution of stride s as s² convolutions, one for each phase of row and column, whose results are
 * interleaved: each output pixel sees every s-th tap of the kernel, so none of them multiplies by zeros. With i = sy + a,
 * row y + q − m of the input meets tap r + sm, where r = (a + p) mod s and q = ⌊(a + p)/s⌋.
 */
export const transposedConvolutions = rewriting(
  'transposed-convolutions',
  'transposed convolutions are interleaved plain ones, which multiply by no zeros',
  (node) => (node.operator === convTranspose2dOperator ? (inPhases(node) ?? node) : node),
);

function inPhases(node: OperationNode): Node | null {
  const [x, weight, bias] = node.inputs;
  const attributes = node.attributes as ConvTransposeAttributes;
  const { stride, dilation, groups } = attributes;
  if (groups !== 1 || dilation.some((d) => d !== 1) || stride.every((s) => s === 1)) return null;
  const [rows, columns] = ([0, 1] as const).map((i) => {
    const sizes = [x, weight, node].map((of) => of!.shape[i + 2]!) as [number, number, number];
    return phasesAlong(...sizes, attributes, i);
  });
  if (!rows || !columns) return null;
  const swapped = transpose(weight!, [1, 0, 2, 3]); // [O, C, kh, kw]
  const phases = rows.flatMap((row) =>
    columns.map((column) =>
      paddedConv2d(x!, tapsOf(swapped, row, column, stride), bias ?? null, {
        stride: [1, 1],
        dilation: [1, 1],
        pads: [row.before, column.before, row.after, column.after],
      }),
    ),
  );
  return interleave(phases, stride);
}

function phasesAlong(
  input: number,
  kernel: number,
  output: number,
  { stride, padding }: ConvTransposeAttributes,
  i: 0 | 1,
): readonly Phase[] | null {
  const s = stride[i];
  const phases = Array.from({ length: s }, (_, a): Phase => {
    const firstTap = (a + padding[i]) % s;
    const taps = Math.ceil((kernel - firstTap) / s);
    const q = Math.floor((a + padding[i]) / s);
    return { firstTap, taps, before: taps - 1 - q, after: output / s - input + q };
  });
  const divides = output % s === 0 && phases.every(({ taps, before, after }) => taps > 0 && before >= 0 && after >= 0);
  return divides ? phases : null;
}

/** The taps of one phase, in the order of the rows and columns that they meet, which is backwards. */
function tapsOf(weight: Node, row: Phase, column: Phase, stride: Pair): Node {
  const [out, channels, kh, kw] = weight.shape;
  const starts = [0, 0, row.firstTap, column.firstTap];
  return flip(sliceBox(weight, starts, [out!, channels!, kh!, kw!], [1, 1, ...stride]), [2, 3]);
}
