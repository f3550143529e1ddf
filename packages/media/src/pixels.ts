import { UngrainError } from '@ungrain/core';

/** Grey or RGB. */
export type Channels = 1 | 3;

/** An opaque picture of 8 bits a channel: rows from the top, pixels from the left, the channels of a pixel together. */
export interface Pixels {
  /** height · width · channels values, 0 … 255 */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: Channels;
}

/** @throws UngrainError `bad-pixels` if the data is not what the size says, or the picture is empty. */
export function checkPixels({ data, width, height, channels }: Pixels): void {
  const size = `${width} × ${height} pixels of ${channels} channels`;
  if (![width, height].every((side) => Number.isInteger(side) && side > 0) || ![1, 3].includes(channels))
    throw new UngrainError(
      'bad-pixels',
      `A picture of ${size} cannot be written; it needs a side ≥ 1 and 1 or 3 channels.`,
    );
  if (data.length !== width * height * channels)
    throw new UngrainError(
      'bad-pixels',
      `A picture of ${size} has ${width * height * channels} values, but its data has ${data.length}.`,
    );
}
