import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { passed, type ParityCheck } from '@ungrain/core/parity';
import { createOnnxEngine } from '@ungrain/engine-onnx';
import { parityFolder } from '../parity-folder.js';
import { checkPipelines } from './pipelines-parity.js';

const FIXTURES = fileURLToPath(new URL('../../../models-deepfloyd/fixtures', import.meta.url));

test('from a prompt and a seed to the image, both stages are at each step where diffusers is', async () => {
  const source = await parityFolder(FIXTURES);
  const engine = createOnnxEngine({ threads: 1, lowMemory: true });
  const checks: ParityCheck[] = [];
  for await (const check of checkPipelines(source, engine)) checks.push(check);
  expect(checks.filter((check) => !passed(check))).toEqual([]);
  expect(checks.map(({ name }) => name)).toEqual(
    ['stage1', 'stage2'].flatMap((stage) => [0, 1, 2].map((step) => `pipeline ${stage} step ${step}`)),
  );
});
