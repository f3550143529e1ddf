import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createRegistry, parseRunSpec } from '@ungrain/core';
import { samplersPlugin } from '@ungrain/samplers';
import { guidingWeights } from './guiding-weights.js';

test('a run notes the weights that its guidances name, from its start or later, and no others', async () => {
  const home = await mkdtemp(join(tmpdir(), 'ungrain-guiding-'));
  const [early, later] = [join(home, 'early.safetensors'), join(home, 'later.safetensors')];
  await writeFile(early, 'one');
  await writeFile(later, 'two');
  const registry = createRegistry([samplersPlugin]);
  const guidedBy = (weights: string) => [{ name: 'cfg' }, { name: 'auto-guidance', options: { weights } }];
  const spec = (guidance: ReturnType<typeof guidedBy>) =>
    parseRunSpec({
      model: 'digits',
      sampler: { name: 'euler' },
      spacing: { name: 'uniform' },
      steps: 4,
      guidance,
      changes: [{ after: 2, guidance: guidedBy(later) }],
    });
  const start = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);
  expect(await guidingWeights(spec(guidedBy(early)), registry)).toEqual({
    'weights early.safetensors': start('one'),
    'weights later.safetensors': start('two'),
  });
  const missing = guidingWeights(spec(guidedBy(join(home, 'none.safetensors'))), registry);
  await expect(missing).rejects.toThrow('none.safetensors cannot be read: there is no such file');
  await rm(home, { recursive: true });
});
