import { type Guidance, type Move, type NoiseLevel } from '@ungrain/core';
import { z } from 'zod';

const options = z.strictObject({
  jumpLength: z.int().min(1).max(1000).default(10).describe('Steps that a jump goes back.'),
  resamples: z.int().min(1).max(100).default(10).describe('How often the same steps are done; 1 never jumps.'),
  fromStart: z
    .boolean()
    .default(false)
    .describe('Jumps back to the very beginning too, where there is almost nothing but noise.'),
});
export type RepaintOptions = z.output<typeof options>;

/**
 * Goes over the same steps several times: after a stretch of steps noise is added again, so that what is drawn can follow
 * what is kept. Lugmayr et al. 2022, "RePaint: Inpainting using Denoising Diffusion Probabilistic Models", algorithm 1 and
 * section 4.2.
 */
export const repaintGuidance: Guidance<RepaintOptions> = {
  name: 'repaint',
  summary: 'Goes back and forth between noise levels, so that inpainting fits its surroundings.',
  options,
  create: async (options) => ({
    begin: (start) => ({ ...start, moves: jumpBack(start.from, start.moves, options) }),
  }),
};

/** The moves with jumps: counted from the end, each stretch of `jumpLength` is followed by one back to its beginning. */
export function jumpBack(
  from: NoiseLevel,
  moves: readonly Move[],
  { jumpLength, resamples, fromStart }: RepaintOptions,
): readonly Move[] {
  const levels = [from, ...moves.map(({ to }) => to)];
  const first = fromStart ? jumpLength : jumpLength + 1;
  return moves.flatMap((move, i) => {
    const done = i + 1;
    if (done < first || (moves.length - done) % jumpLength !== 0) return [move];
    const again = moves.slice(done - jumpLength, done);
    const jump: Move = { do: 'renoise', to: levels[done - jumpLength]! };
    return [move, ...Array.from({ length: resamples - 1 }, () => [jump, ...again]).flat()];
  });
}
