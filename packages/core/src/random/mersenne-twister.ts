import { z } from 'zod';
import { parseState } from '../state.js';

const WORDS = 624;
const MIDDLE = 397;
const uint32 = z.int().min(0).max(0xffffffff);

const stateSchema = z.object({
  /** The block of raw words that outputs are tempered from. */
  words: z.array(uint32).length(WORDS),
  /** The word that comes next; 624: the block is used up. */
  next: z.int().min(0).max(WORDS),
  /** Blocks made since the seed. */
  blocks: z.int().min(0),
});

/** Everything that decides what a MersenneTwister draws next, as JSON. */
export type MersenneTwisterState = z.infer<typeof stateSchema>;

/**
 * MT19937, the engine of PyTorch's, NumPy's and C++'s generators: uniform 32-bit integers with period 2¹⁹⁹³⁷ − 1.
 *
 * Source: M. Matsumoto, T. Nishimura, "Mersenne Twister" (ACM TOMACS 8(1), 1998), seeded as in their 2002 revision.
 */
export class MersenneTwister {
  private readonly words = new Uint32Array(WORDS);
  private next = WORDS;
  private blocks = 0;

  /** @param seed 0 … 2³²−1 */
  constructor(seed: number) {
    this.seed(seed);
  }

  /** Starts again from a seed of 0 … 2³²−1. */
  seed(seed: number): void {
    const { words } = this;
    words[0] = seed;
    for (let j = 1; j < WORDS; j++) {
      const previous = words[j - 1]!;
      words[j] = Math.imul(1812433253, previous ^ (previous >>> 30)) + j;
    }
    this.next = WORDS;
    this.blocks = 0;
  }

  /** How many outputs were drawn since the seed. */
  get drawn(): number {
    return this.blocks === 0 ? 0 : (this.blocks - 1) * WORDS + this.next;
  }

  /** The next output, 0 … 2³²−1. */
  uint32(): number {
    if (this.next === WORDS) this.twist();
    let y = this.words[this.next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** Leaves out `count` outputs, at a fifth of the time of drawing them. */
  skip(count: number): void {
    let left = count;
    while (left > WORDS - this.next) {
      left -= WORDS - this.next;
      this.twist();
    }
    this.next += left;
  }

  save(): MersenneTwisterState {
    return { words: [...this.words], next: this.next, blocks: this.blocks };
  }

  /** @throws UngrainError `bad-state` */
  restore(state: unknown): void {
    const { words, next, blocks } = parseState(stateSchema, state, 'A Mersenne Twister');
    this.words.set(words);
    this.next = next;
    this.blocks = blocks;
  }

  /** The next block: word k from words k, k+1 and k+397 of the endless sequence. */
  private twist(): void {
    const { words } = this;
    for (let k = 0; k < WORDS - MIDDLE; k++) words[k] = words[k + MIDDLE]! ^ mix(words[k]!, words[k + 1]!);
    for (let k = WORDS - MIDDLE; k < WORDS - 1; k++)
      words[k] = words[k + MIDDLE - WORDS]! ^ mix(words[k]!, words[k + 1]!);
    words[WORDS - 1] = words[MIDDLE - 1]! ^ mix(words[WORDS - 1]!, words[0]!);
    this.next = 0;
    this.blocks++;
  }
}

/** The upper bit of one word and the lower 31 of the next, times the matrix A. */
function mix(upper: number, lower: number): number {
  const y = (upper & 0x80000000) | (lower & 0x7fffffff);
  return (y >>> 1) ^ (-(y & 1) & 0x9908b0df);
}
