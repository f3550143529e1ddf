import type { RunStep, Tensor } from '@ungrain/core';

/** What an animation of a run shows: the states x_t, or the estimates of the clean images. */
export type FrameKind = 'x' | 'x0';

/** What a run looked like on its way. */
export type Frames = Readonly<Record<FrameKind, readonly Tensor[]>>;

/** About as many frames an animation has. */
const FRAMES = 60;

/** Gathers frames while a run goes on: its start, and then evenly chosen steps. */
export function collectFrames(kinds: ReadonlySet<FrameKind>) {
  const frames: Record<FrameKind, Tensor[]> = { x: [], x0: [] };
  return {
    frames: frames as Frames,
    onStep({ index, total, before, x, data }: RunStep): void {
      const chosen = (index + 1) % Math.ceil(total / FRAMES) === 0;
      if (kinds.has('x')) frames.x.push(...(index === 0 ? [before] : []), ...(chosen ? [x] : []));
      if (kinds.has('x0') && chosen && data) frames.x0.push(data);
    },
  };
}
