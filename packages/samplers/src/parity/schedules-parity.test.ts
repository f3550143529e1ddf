import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { passed, type ParityCheck } from '@ungrain/core/parity';
import { parityFolder } from '@ungrain/host';
import { schedulesParity } from './schedules-parity.js';

const GOLDEN = resolve('../shared/golden/samplers');

(existsSync(GOLDEN) ? test : test.skip)('the reference vectors agree', async () => {
  const checks: ParityCheck[] = [];
  for await (const check of schedulesParity.run(await parityFolder(GOLDEN))) checks.push(check);
  expect(checks.length).toBeGreaterThan(500);
  expect(checks.filter((check) => !passed(check))).toEqual([]);
});
