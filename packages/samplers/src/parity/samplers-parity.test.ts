import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { passed, type ParityCheck, type ParitySource } from '@ungrain/core/parity';
import { parityFolder } from '@ungrain/host';
import { samplersParity } from './samplers-parity.js';

const GOLDEN = resolve('../shared/golden/samplers');

async function failuresOf(source: ParitySource): Promise<readonly ParityCheck[]> {
  const failures: ParityCheck[] = [];
  for await (const check of samplersParity.run(source)) if (!passed(check)) failures.push(check);
  return failures;
}

(existsSync(GOLDEN) ? test : test.skip)('the reference vectors agree', async () => {
  expect(await failuresOf(await parityFolder(GOLDEN))).toEqual([]);
});
