import { z } from 'zod';
import { parseState } from '../state.js';
import { sizeOf, type Shape, type Tensor } from '../tensor.js';
import { noiseKeyName, type NoiseKey, type NoiseSource } from './noise-source.js';
import { philox4x32 } from './philox.js';
import { seedToBigInt } from './seed.js';

/** The last word of counters: noise and the derivation of keys never share one. */
const NOISE = 0;
const DERIVE = 1;

const stateSchema = z.object({
  source: z.literal('counter'),
  seed: z.string().regex(/^\d+$/),
  firstSample: z.int().min(0).max(0xffffffff),
});

export interface CounterNoiseOptions {
  /** The index of row 0 among all samples of the seed, 0 … 2³²−1: a batch that starts at sample 8 has 8. */
  readonly firstSample?: number;
}

/**
 * Noise that depends on (seed, sample index, slot, step, draw) alone: a sample is the same in any batch, at any place in
 * it, and in any order of requests. Philox-4x32-10 counts through the blocks of a sample; its key is derived from seed,
 * slot and draw; Box and Muller's transform in double precision makes four normal numbers of a block.
 *
 * @param seed any integer, of which the low 64 bits count
 */
export function counterNoise(seed: number | bigint, { firstSample = 0 }: CounterNoiseOptions = {}): NoiseSource {
  const initial = { source: 'counter', seed: String(BigInt.asUintN(64, seedToBigInt(seed))), firstSample };
  let state = parseState(stateSchema, initial, 'Counter noise');
  return {
    normal: (key, shape) => noiseOf(BigInt(state.seed), state.firstSample, key, shape),
    save: () => state,
    restore(saved) {
      state = parseState(stateSchema, saved, 'Counter noise');
    },
  };
}

function noiseOf(seed: bigint, firstSample: number, key: NoiseKey, shape: Shape): Tensor {
  noiseKeyName(key);
  const [key0, key1] = deriveKey(seed, key.slot, key.draw);
  const rows = shape[0] ?? 1;
  const size = sizeOf(shape.slice(1));
  const data = new Float32Array(rows * size);
  const block = new Uint32Array(4);
  const normals = new Float64Array(4);
  for (let row = 0; row < rows; row++)
    for (let at = 0; at < size; at += 4) {
      block[0] = at / 4;
      block[1] = firstSample + row;
      block[2] = key.step;
      block[3] = NOISE;
      philox4x32(block, key0, key1);
      boxMuller(block, normals);
      const end = Math.min(4, size - at);
      for (let j = 0; j < end; j++) data[row * size + at + j] = normals[j]!;
    }
  return { data, shape };
}

/** A key of 64 bits for a slot's draw: the seed, run through Philox once for each character and once for the draw. */
function deriveKey(seed: bigint, slot: string, draw: number): readonly [number, number] {
  let key0 = Number(seed & 0xffffffffn);
  let key1 = Number(seed >> 32n);
  const words = [slot.length, ...Array.from({ length: slot.length }, (_, i) => slot.charCodeAt(i)), draw];
  const block = new Uint32Array(4);
  words.forEach((word, i) => {
    block.set([word, i, 0, DERIVE]);
    philox4x32(block, key0, key1);
    key0 = block[0]!;
    key1 = block[1]!;
  });
  return [key0, key1];
}

/** Words → normal numbers, in pairs: r = √(−2 ln u₁) with u₁ in (0, 1], θ = 2π·u₂ → r·cos θ, r·sin θ. */
function boxMuller(words: Uint32Array, normals: Float64Array): void {
  for (let i = 0; i < 4; i += 2) {
    const radius = Math.sqrt(-2 * Math.log((words[i]! + 1) * 2 ** -32));
    const theta = 2 * Math.PI * words[i + 1]! * 2 ** -32;
    normals[i] = radius * Math.cos(theta);
    normals[i + 1] = radius * Math.sin(theta);
  }
}
