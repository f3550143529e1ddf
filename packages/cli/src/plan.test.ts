import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { full, type Value } from '@ungrain/core';
import { writeSafetensors } from '@ungrain/formats';
import type { Plan } from '@ungrain/host';
import { unetDeclarations } from '@ungrain/models-deepfloyd';
import { outcomeOf, startUngrain, ungrain } from './testing/ungrain.js';

const STAGE1 = fileURLToPath(new URL('../../models-deepfloyd/fixtures/stage1', import.meta.url));
const FLAGS = ['--stage1', 'stage1', '--steps', '2', '--count', '4'];

/** Stage I of a third of the width of I-M. */
const THIRD_OF_IF = {
  sample_size: 64,
  block_out_channels: [64, 128, 192, 256],
  layers_per_block: 3,
  attention_head_dim: 64,
  norm_num_groups: 32,
  cross_attention_dim: 256,
  down_block_types: ['ResnetDownsampleBlock2D', ...new Array<string>(3).fill('SimpleCrossAttnDownBlock2D')],
  up_block_types: [...new Array<string>(3).fill('SimpleCrossAttnUpBlock2D'), 'ResnetUpsampleBlock2D'],
};

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-plan-'));
  process.env['UNGRAIN_CACHE'] = join(home, 'cache');
  await cp(STAGE1, join(home, 'stage1'), { recursive: true });
  const path = join(home, 'stage1/unet/config.json');
  const config = { ...(JSON.parse(await readFile(path, 'utf8')) as object), ...THIRD_OF_IF };
  await writeFile(path, JSON.stringify(config));
  const weights = unetDeclarations(config).map(({ name, shape }): [string, Value] => [
    name,
    { dtype: 'float32', ...full(shape, 0.01) },
  ]);
  await writeFile(join(home, 'stage1/unet/diffusion_pytorch_model.safetensors'), writeSafetensors(new Map(weights)));
});
afterAll(async () => {
  delete process.env['UNGRAIN_CACHE'];
  await rm(home, { recursive: true });
});

/** The most memory that a process had to itself while it ran, in bytes. */
async function peakOf(args: readonly string[]): Promise<number> {
  const child = startUngrain(args, { cwd: home });
  let peak = 0;
  const watch = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, 1024 * Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // it is over
    }
  }, 10);
  const { stderr } = await outcomeOf(child);
  clearInterval(watch);
  expect(stderr).toBe('');
  return peak;
}

describe('ungrain plan', () => {
  test('foretells the memory of ungrain generate within a quarter', async () => {
    const { stdout, stderr } = await ungrain(['plan', ...FLAGS, '--json'], { cwd: home });
    expect(stderr).toBe('');
    const plan = JSON.parse(stdout) as Plan;
    expect(plan.parts).toMatchObject([
      { part: 'text encoder', calls: 2, rows: 2, largest: 1 },
      { part: 'stage I', calls: 2, rows: 16, largest: 8 },
    ]);
    if (process.platform !== 'linux') return; // elsewhere nothing tells mapped pages apart
    const measured = await peakOf(['generate', 'a prompt', ...FLAGS, '--out', 'a.png']);
    expect(measured / plan.peakBytes).toBeGreaterThan(0.75);
    expect(measured / plan.peakBytes).toBeLessThan(1.25);
  });

  test('prints a table, and what is left of the memory', async () => {
    const { stdout, stderr } = await ungrain(
      ['plan', '--model', 'stage1', '--steps', '2', '--batch', '4', '--encoder-weights', 'int8'],
      { cwd: home },
    );
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^text encoder, int8 +0\.00 GB +0\.\d\d GB +2 × 1 /m);
    expect(stdout).toMatch(/^stage I +0\.\d\d GB +0\.\d\d GB +2 × 8 +\S/m);
    expect(stdout).toMatch(/^At most 0\.\d\d GB of memory at a time, .* GB are free\./m);
  });
});
