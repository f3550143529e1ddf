import { counterNoise } from './random/counter-noise.js';
import type { NoiseSource } from './random/noise-source.js';
import { torchNoise } from './random/torch-noise.js';
import { torchNoisePerSample } from './random/torch-noise-per-sample.js';
import type { RunSpec } from './run-spec.js';

type Source = (spec: Pick<RunSpec, 'seed' | 'count'>) => NoiseSource;

const SOURCES: Readonly<Record<RunSpec['noise'], Source>> = {
  torch: ({ seed }) => torchNoise(seed),
  'torch-per-sample': ({ seed, count }) =>
    torchNoisePerSample(Array.from({ length: count }, (_, i) => BigInt(seed) + BigInt(i))),
  counter: ({ seed }) => counterNoise(seed),
};

/** The noise that a run asks for, from its beginning. */
export function runNoise(spec: Pick<RunSpec, 'noise' | 'seed' | 'count'>): NoiseSource {
  return SOURCES[spec.noise](spec);
}

/** A source whose slots all stand below `prefix`, so that its user cannot meet another's noise. */
export function noiseBelow(prefix: string, source: NoiseSource): NoiseSource {
  return { ...source, normal: (key, shape) => source.normal({ ...key, slot: `${prefix}/${key.slot}` }, shape) };
}
