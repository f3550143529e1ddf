import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { Plugin } from './plugin.js';
import { createRegistry } from './registry.js';
import type { Sampler } from './sampler.js';

const sampler = (name: string): Sampler => ({
  name,
  summary: '',
  options: z.strictObject({}),
  uses: 'both',
  step: async (x) => ({ x, data: x, state: null }),
});

const plugin = (name: string, ...samplers: string[]): Plugin => ({
  name,
  apiVersion: 1,
  samplers: samplers.map(sampler),
});

describe('createRegistry', () => {
  test('finds what plugins bring, in their order', () => {
    const registry = createRegistry([plugin('one', 'ddim', 'ddpm'), plugin('two', 'euler')]);
    expect(registry.samplers.names).toEqual(['ddim', 'ddpm', 'euler']);
    expect(registry.samplers.get('euler').name).toBe('euler');
    expect(registry.samplers.all).toHaveLength(3);
    expect(registry.models.names).toEqual([]);
  });

  test('suggests the nearest name, or lists all', () => {
    const registry = createRegistry([plugin('one', 'ddim', 'euler')]);
    const unknown = expect.objectContaining({ code: 'unknown-sampler', kind: 'usage' });
    expect(() => registry.samplers.get('eular')).toThrow(unknown);
    expect(() => registry.samplers.get('eular')).toThrow("There is no sampler 'eular', did you mean 'euler'?");
    expect(() => registry.samplers.get('something')).toThrow('; known are ddim, euler');
    expect(() => registry.models.get('digits')).toThrow("There is no model 'digits'.");
  });

  test('refuses two things of one name, naming both plugins', () => {
    const build = () => createRegistry([plugin('one', 'ddim'), plugin('two', 'ddim')]);
    expect(build).toThrow(expect.objectContaining({ code: 'duplicate-sampler' }));
    expect(build).toThrow("The sampler 'ddim' is brought by plugin 'one' and by plugin 'two'");
  });

  test('refuses plugins for another version of the interface', () => {
    const build = () => createRegistry([{ name: 'old', apiVersion: 0 }]);
    expect(build).toThrow(expect.objectContaining({ code: 'plugin-api-version' }));
    expect(build).toThrow(
      "Plugin 'old' was written for version 0 of Ungrain's plugin interface, and this is version 1",
    );
  });

  test('registries do not know of each other', () => {
    const [a, b] = [createRegistry([plugin('one', 'ddim')]), createRegistry([plugin('one', 'ddpm')])];
    expect([a.samplers.names, b.samplers.names]).toEqual([['ddim'], ['ddpm']]);
  });
});
