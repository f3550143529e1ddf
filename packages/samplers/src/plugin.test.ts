import { describe, expect, test } from '@jest/globals';
import { createRegistry, describeOptions } from '@ungrain/core';
import { samplersPlugin } from './plugin.js';

const { plugins, ...catalogs } = createRegistry([samplersPlugin]);

describe('samplersPlugin', () => {
  test('is one plugin with all that this package has', () => {
    expect(plugins).toEqual([samplersPlugin]);
    expect(catalogs.samplers.names).toEqual(['ddpm', 'ddim', 'euler', 'heun']);
    expect(catalogs.schedules.names).toEqual(['linear', 'scaled-linear', 'cosine', 'flow']);
    expect(catalogs.spacings.names).toEqual(['uniform', 'leading', 'linspace', 'trailing', 'strided', 'explicit']);
    expect(catalogs.guidances.names).toEqual(['cfg']);
  });

  const entries = [catalogs.samplers, catalogs.schedules, catalogs.spacings, catalogs.guidances].flatMap(({ all }) => [
    ...all,
  ]);

  test.each(entries)('$name says in a sentence what it is, and what each option does', ({ summary, options }) => {
    expect(summary).toMatch(/^[A-Z].*\.$/);
    for (const { help } of describeOptions(options)) expect(help).toMatch(/\.$/);
  });
});
