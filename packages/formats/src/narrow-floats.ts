import { sizeOf, type Tensor, type Value } from '@ungrain/core';

/** Bit patterns of float16 → numbers, exactly. */
export function decodeFloat16(patterns: Uint16Array): Float32Array {
  const data = new Float32Array(patterns.length);
  const bits = new Uint32Array(data.buffer);
  for (let i = 0; i < patterns.length; i++) {
    const pattern = patterns[i]!;
    const sign = (pattern & 0x8000) << 16;
    const exponent = (pattern >>> 10) & 31;
    const mantissa = pattern & 0x3ff;
    if (exponent === 31) bits[i] = sign | 0x7f800000 | (mantissa << 13);
    else if (exponent > 0) bits[i] = sign | ((exponent + 112) << 23) | (mantissa << 13);
    else data[i] = (sign ? -mantissa : mantissa) * 2 ** -24;
  }
  return data;
}

/** Bit patterns of bfloat16, the upper halves of float32s → numbers, exactly. */
export function decodeBfloat16(patterns: Uint16Array): Float32Array {
  const data = new Float32Array(patterns.length);
  const bits = new Uint32Array(data.buffer);
  for (let i = 0; i < patterns.length; i++) bits[i] = patterns[i]! << 16;
  return data;
}

/** Bit patterns of float8 e5m2, the upper halves of float16s → numbers, exactly. */
export const decodeFloat8e5m2 = (patterns: Uint8Array): Float32Array =>
  decodeFloat16(Uint16Array.from(patterns, (pattern) => pattern << 8));

/** Bit patterns of float8 e4m3fn → numbers, exactly: bias 7, no infinities, NaN where all seven bits are set. */
export function decodeFloat8e4m3fn(patterns: Uint8Array): Float32Array {
  const values = Float32Array.from({ length: 256 }, (_, pattern) => float8e4m3fn(pattern));
  return Float32Array.from(patterns, (pattern) => values[pattern]!);
}

function float8e4m3fn(pattern: number): number {
  const sign = pattern & 0x80 ? -1 : 1;
  const exponent = (pattern >>> 3) & 15;
  const mantissa = pattern & 7;
  if (exponent === 15 && mantissa === 7) return NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -9 : sign * (8 + mantissa) * 2 ** (exponent - 10);
}

/** Numbers → bit patterns of float16: to the nearest, ties to even; infinity from 65520 on; NaN stays NaN. */
export function encodeFloat16(data: Float32Array): Uint16Array {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  const patterns = new Uint16Array(data.length);
  for (let i = 0; i < data.length; i++) patterns[i] = ((bits[i]! >>> 16) & 0x8000) | magnitude16(bits[i]! & 0x7fffffff);
  return patterns;
}

/** The 15 lower bits of a float16 from the 31 lower bits of a float32. */
function magnitude16(bits: number): number {
  if (bits >= 0x7f800000) return bits === 0x7f800000 ? 0x7c00 : 0x7e00;
  if (bits >= 0x477ff000) return 0x7c00;
  // 2⁻¹⁴ and above: drop 13 bits of the mantissa; a carry moves on into the exponent.
  if (bits >= 0x38800000) return roundToEven(bits - (112 << 23), 13);
  // Below, in units of 2⁻²⁴: shift the mantissa with its leading one. Less than half a unit is 0.
  const shift = 126 - (bits >>> 23);
  return shift > 24 ? 0 : roundToEven((bits & 0x7fffff) | 0x800000, shift);
}

/** bits / 2^shift to the nearest whole number, ties to even. */
function roundToEven(bits: number, shift: number): number {
  const whole = bits >>> shift;
  const rest = bits & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (whole & 1) === 1) ? whole + 1 : whole;
}

/**
 * Any value as float32. Narrow floats, booleans (0 and 1) and integers of up to 16 bits stay exact; wider integers and
 * float64 are rounded to the nearest float32. A float32 value is not copied.
 */
export function toFloat32(value: Value): Tensor {
  return { data: float32Data(value), shape: value.shape };
}

function float32Data(value: Value): Float32Array {
  switch (value.dtype) {
    case 'float32':
      return value.data;
    case 'float16':
      return decodeFloat16(value.data);
    case 'bfloat16':
      return decodeBfloat16(value.data);
    case 'float8e4m3fn':
      return decodeFloat8e4m3fn(value.data);
    case 'float8e5m2':
      return decodeFloat8e5m2(value.data);
    case 'int64':
    case 'uint64': {
      const data = new Float32Array(sizeOf(value.shape));
      for (let i = 0; i < data.length; i++) data[i] = Number(value.data[i]);
      return data;
    }
    case 'float64':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'bool':
      return Float32Array.from(value.data);
  }
}
