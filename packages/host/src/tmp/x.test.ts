import { test } from '@jest/globals';
import { passed } from '@ungrain/core/parity';
import { createOnnxEngine } from '@ungrain/engine-onnx';
import { parityFolder } from '../parity-folder.js';
import { checkPipelines } from '../deepfloyd/pipelines-parity.js';
test('x', async () => {
  const source = await parityFolder('/work/shared/golden/deepfloyd');
  let n = 0;
  const lines: string[] = [];
  for await (const c of checkPipelines(source, createOnnxEngine())) {
    n++;
    if (!passed(c) || /step (0|4)$/.test(c.name))
      lines.push(`${passed(c) ? 'ok' : 'FAIL'} ${c.name} ${c.error} ${c.note}`);
  }
  console.log(n, lines.join('\n'));
});
