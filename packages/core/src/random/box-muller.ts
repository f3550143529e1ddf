/** From so many numbers on, PyTorch fills tensors in blocks of 16 instead of drawing pair by pair. */
export const SMALLEST_FILL = 16;
const HALF = SMALLEST_FILL / 2;
/** 2π as the float32 constant of PyTorch's vector code. */
const TWO_PI_32 = Math.fround(2 * Math.PI);

/**
 * Fills `data` (16 numbers or more) with mean + std·N(0, 1) as PyTorch's `normal_fill` does: uniform numbers everywhere,
 * each block of 16 transformed in place; if the length is no multiple of 16, the last 16 are drawn anew.
 *
 * Each step is rounded to float32 where PyTorch's vector code does, which keeps results within 2e-6 of it (times std).
 *
 * @param draw fills `data` with uniform numbers in [0, 1) from an index to its end
 */
export function fillNormal(data: Float32Array, mean: number, std: number, draw: (from: number) => void): void {
  draw(0);
  const blocks = data.length - (data.length % SMALLEST_FILL);
  const mean32 = Math.fround(mean);
  const std32 = Math.fround(std);
  for (let at = 0; at < blocks; at += SMALLEST_FILL) transformBlock(data, at, mean32, std32);
  if (blocks === data.length) return;
  draw(data.length - SMALLEST_FILL);
  transformBlock(data, data.length - SMALLEST_FILL, mean32, std32);
}

/** `fillNormal` with mean 0 and std 1 in double precision. */
export function fillNormal64(data: Float64Array, draw: (from: number) => void): void {
  draw(0);
  const blocks = data.length - (data.length % SMALLEST_FILL);
  for (let at = 0; at < blocks; at += SMALLEST_FILL) transformBlock64(data, at);
  if (blocks === data.length) return;
  draw(data.length - SMALLEST_FILL);
  transformBlock64(data, data.length - SMALLEST_FILL);
}

/** Pairs (u1, u2) are 8 apart: r = √(−2 ln(1 − u1)), θ = 2π·u2 → r·cos θ, r·sin θ. */
function transformBlock(data: Float32Array, at: number, mean: number, std: number): void {
  for (let j = at; j < at + HALF; j++) {
    const radius = Math.fround(Math.sqrt(-2 * Math.fround(Math.log(1 - data[j]!))));
    const theta = Math.fround(TWO_PI_32 * data[j + HALF]!);
    data[j] = Math.fround(radius * Math.fround(Math.cos(theta))) * std + mean;
    data[j + HALF] = Math.fround(radius * Math.fround(Math.sin(theta))) * std + mean;
  }
}

function transformBlock64(data: Float64Array, at: number): void {
  for (let j = at; j < at + HALF; j++) {
    const radius = Math.sqrt(-2 * Math.log(1 - data[j]!));
    const theta = 2 * Math.PI * data[j + HALF]!;
    data[j] = radius * Math.cos(theta);
    data[j + HALF] = radius * Math.sin(theta);
  }
}
