import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { checkGuidances } from './guidance-order.js';
import type { Guidance } from './guidance.js';

const guidance = (name: string, more: Partial<Guidance> = {}): Guidance => ({
  name,
  summary: '',
  options: z.strictObject({}),
  create: async () => ({}),
  ...more,
});

const threshold = guidance('threshold', { place: 'outermost' });
const energy = guidance('energy', { place: 'outermost' });
const mix = guidance('mix', { sets: 'condition' });
const cfg = guidance('cfg', { sets: 'contrast' });
const plain = guidance('plain');
const renoising = guidance('cfg++', { sets: 'contrast', needs: 'noise' });
const start = (name: string) => guidance(name, { sets: 'start' });

describe('checkGuidances', () => {
  test.each([
    [[]],
    [[threshold]],
    [[threshold, energy, mix, cfg]],
    [[energy, threshold, plain, mix, plain, mix, cfg, plain]],
    [[start('sdedit'), mix, renoising]],
  ])('allows %j', (list) => checkGuidances(list, { name: 'ddim', uses: 'both' }));

  test.each<[readonly Guidance[], string, string]>([
    [
      [threshold, cfg, energy],
      'guidance-order',
      "Guidance 'energy' must see the final estimate, but comes after 'cfg', which would wrap it; list it first.",
    ],
    [
      [plain, cfg, mix],
      'guidance-order',
      "Guidance 'mix' chooses conditions, but comes after 'cfg', which would wrap it; list it first.",
    ],
    [
      [cfg, plain, renoising],
      'guidance-conflict',
      "Guidances 'cfg' and 'cfg++' both decide how far to go from the estimate without the condition; keep one of them.",
    ],
    [
      [start('sdedit'), start('inversion')],
      'guidance-conflict',
      "Guidances 'sdedit' and 'inversion' both decide where the run begins; keep one of them.",
    ],
  ])('refuses %j', (list, code, message) => {
    const check = () => checkGuidances(list, { name: 'ddim', uses: 'both' });
    expect(check).toThrow(expect.objectContaining({ code, message }));
  });

  test('refuses a sampler that would miss the point', () => {
    const check = () => checkGuidances([renoising], { name: 'euler', uses: 'data' });
    expect(check).toThrow(expect.objectContaining({ code: 'guidance-sampler' }));
    expect(check).toThrow(
      "Guidance 'cfg++' works by the noise that a step puts back, and sampler 'euler' makes its own",
    );
    checkGuidances([cfg], { name: 'euler', uses: 'data' });
  });
});
