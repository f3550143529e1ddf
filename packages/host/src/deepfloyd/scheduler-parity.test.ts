import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { passed, type ParityCheck } from '@ungrain/core/parity';
import { parityFolder } from '../parity-folder.js';
import { checkOlderConfigs, checkScheduler } from './scheduler-parity.js';

const FIXTURES = fileURLToPath(new URL('../../../models-deepfloyd/fixtures', import.meta.url));

test.each([
  ['tables, times, presets and single steps are those of diffusers', checkScheduler, 2 + 1 + 9 + 1 + 8 + 6],
  ['a config without the keys of later versions stands for the same network', checkOlderConfigs, 2],
] as const)('%s', async (_, check, count) => {
  const checks: ParityCheck[] = [];
  for await (const one of check(await parityFolder(FIXTURES))) checks.push(one);
  expect(checks.filter((one) => !passed(one))).toEqual([]);
  expect(checks).toHaveLength(count);
});
