import type { Shape } from '@ungrain/core';
import type { Register } from './program.js';

/** [N, C, H, W] as [N, H, W, C], and back. */
export const TO_CHANNELS_LAST = [0, 2, 3, 1] as const;
export const FROM_CHANNELS_LAST = [0, 3, 1, 2] as const;

/** One number for each dimension of the graph's shape, in the order in which the register holds its dimensions. */
export const asHeld = <T>({ channelsLast }: Pick<Register, 'channelsLast'>, list: readonly T[]): T[] =>
  channelsLast ? TO_CHANNELS_LAST.map((i) => list[i]!) : [...list];

/** Where the register holds a dimension of the graph's shape. */
export const heldAxis = ({ channelsLast }: Pick<Register, 'channelsLast'>, axis: number): number =>
  channelsLast ? FROM_CHANNELS_LAST[axis]! : axis;

/** True if both orders are the same in memory: one channel, or one pixel. */
export const isSameInMemory = ([, channels, height, width]: Shape): boolean => channels === 1 || height! * width! === 1;
