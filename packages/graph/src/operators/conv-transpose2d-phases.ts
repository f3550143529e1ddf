import type { Emitter } from '../onnx/emitter.js';
import type { ConvolutionAttributes, Pair } from './convolution.js';

/** One phase of a transposed convolution along one direction: the output pixels a, a + 2, a + 4 … */
interface Phase {
  /** The first tap of the kernel that reaches these pixels; the others follow two apart. */
  readonly firstTap: number;
  readonly taps: number;
  /** Zeros in front of and behind the input. */
  readonly before: number;
  readonly after: number;
}

interface PhaseGeometry {
  readonly input: Pair;
  readonly output: Pair;
  readonly kernel: Pair;
}

/**
 * A transposed convolution of stride 2 as four convolutions, one for each parity of row and column, whose results are
 * interleaved: each output pixel sees every second tap of the kernel, so none of the four multiplies by zeros. With
 * i = 2y + a, row y + q − m of the input meets tap r + 2m, where r = (a + p) mod 2 and q = ⌊(a + p)/2⌋.
 *
 * Writes it and returns its name; null where the geometry does not divide so (then ConvTranspose has to do it).
 */
export function inPhases(
  emit: Emitter,
  [x, weight, bias]: readonly string[],
  [n, out]: Pair,
  geometry: PhaseGeometry,
  { stride, padding, dilation, groups }: ConvolutionAttributes,
): string | null {
  if (groups !== 1 || dilation.some((d) => d !== 1) || stride.some((s) => s !== 2)) return null;
  const [rows, columns] = ([0, 1] as const).map((i) => phasesAlong(geometry, padding, i));
  if (!rows || !columns) return null;
  const half: Pair = [geometry.output[0] / 2, geometry.output[1] / 2];
  const swapped = emit.node('Transpose', [weight!], { perm: [1, 0, 2, 3] }); // [O, C, kh, kw]

  const phase = (row: Phase, column: Phase): string => {
    const convolved = emit.node('Conv', [x!, everySecondTap(emit, swapped, row, column), ...(bias ? [bias] : [])], {
      kernel_shape: [row.taps, column.taps],
      pads: [row.before, column.before, row.after, column.after],
    });
    return emit.node('Reshape', [convolved, emit.ints([n, out, half[0], 1, half[1], 1])]);
  };
  const interleaved = rows.map((row) =>
    emit.node(
      'Concat',
      columns.map((column) => phase(row, column)),
      { axis: 5 },
    ),
  );
  return emit.node('Reshape', [emit.node('Concat', interleaved, { axis: 3 }), emit.ints([n, out, ...geometry.output])]);
}

function phasesAlong({ input, output, kernel }: PhaseGeometry, padding: Pair, i: 0 | 1): readonly Phase[] | null {
  const phases = [0, 1].map((a): Phase => {
    const firstTap = (a + padding[i]) % 2;
    const taps = Math.ceil((kernel[i] - firstTap) / 2);
    const before = taps - 1 - Math.floor((a + padding[i]) / 2);
    return { firstTap, taps, before, after: output[i] / 2 - input[i] - before + taps - 1 };
  });
  const divides =
    output[i] % 2 === 0 && phases.every(({ taps, before, after }) => taps > 0 && before >= 0 && after >= 0);
  return divides ? phases : null;
}

/** The taps of one phase in the order of the rows and columns that they meet, which is backwards. */
function everySecondTap(emit: Emitter, weight: string, row: Phase, column: Phase): string {
  const last = ({ firstTap, taps }: Phase): number => firstTap + 2 * (taps - 1);
  const past = Number.MIN_SAFE_INTEGER; // before the first tap, whatever the kernel
  return emit.node('Slice', [
    weight,
    emit.ints([last(row), last(column)]),
    emit.ints([past, past]),
    emit.ints([2, 3]),
    emit.ints([-2, -2]),
  ]);
}
