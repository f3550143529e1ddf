import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { createRegistry, describeOptions } from '@ungrain/core';
import { samplersPlugin } from './plugin.js';

const { plugins, schedules, spacings, samplers, guidances, views } = createRegistry([samplersPlugin]);
const kinds = Object.entries({ samplers, schedules, spacings, guidances, views });

describe('samplersPlugin', () => {
  test('is one plugin with all that this package has', () => {
    expect(plugins).toEqual([samplersPlugin]);
  });

  test.each(kinds)('lists its %s in order', (_, { names }) => {
    expect(names).toEqual([...names].sort());
  });

  test.each(kinds)('its README names its %s, with what they are', (kind, { all }) => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const [, section = ''] = new RegExp(`^### ${kind}\n\n((?:- .*\n)*)`, 'im').exec(readme) ?? [];
    expect(section.split('\n').slice(0, -1)).toEqual(all.map(({ name, summary }) => `- \`${name}\`: ${summary}`));
  });

  test.each(kinds.flatMap(([, { all }]) => [...all]))(
    '$name says in a sentence what it is, and what each option does',
    ({ summary, options }) => {
      expect(summary).toMatch(/^[A-Z].*\.$/);
      for (const { help } of describeOptions(options)) expect(help).toMatch(/\.$/);
    },
  );
});
