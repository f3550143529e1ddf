import { expect, test } from '@jest/globals';
import { passed, type ParityCheck } from '@ungrain/core/parity';
import { createOnnxEngine } from '@ungrain/engine-onnx';
import { referenceSource } from '../testing/reference.js';
import { deepfloydParity } from './index.js';

test('captions, tokens, the text encoder and the UNets of both stages are those of diffusers and transformers', async () => {
  const checks: ParityCheck[] = [];
  for await (const check of deepfloydParity({ engine: createOnnxEngine({ threads: 1 }) }).run(referenceSource))
    checks.push(check);
  expect(checks.filter((check) => !passed(check))).toEqual([]);
  expect(checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'caption 30 clean',
      'stage1/tokenizer 30 clean',
      'stage2/tokenizer 30 plain',
      't5 last_hidden_state',
      't5 row0.hidden_states.2',
      't5 row0.last_hidden_state_without_mask',
      'unet stage1 b1',
      'unet stage1 b2_rect mid_block',
      'unet stage2 b2_rect',
      'unet stage2 b2_rect add_embedding',
    ]),
  );
});
