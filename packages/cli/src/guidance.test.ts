import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readSafetensors } from '@ungrain/formats';
import { writeTinyWeights } from './testing/fixtures.js';
import { ungrain } from './testing/ungrain.js';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-guidance-'));
  await writeTinyWeights(join(home, 'tiny.safetensors'));
});
afterAll(() => rm(home, { recursive: true }));

/** Draws two digits with these guidances. */
function sample(out: string, ...guidances: readonly string[]) {
  const flags = guidances.flatMap((guidance) => ['--guidance', guidance]);
  return ungrain(['sample', 'digits', '--class', '1,4', '--steps', '3', '--out', out, ...flags], { cwd: home });
}

test('guidances are listed in order, with options as text, and change what is drawn', async () => {
  const lists = {
    plain: ['none'],
    auto: ['auto-guidance:weights=tiny.safetensors,scale=1.5'],
    judged: ['energy:name=digit,options={"digits":[7,8]},scale=5'],
    all: ['dynamic-threshold:ceiling=1', 'mix:with=[8,3],weights=1,0,0,end=0,0.5,0.5', 'apg:scale=3,negative=9'],
  };
  const drawn: string[] = [];
  for (const [name, guidances] of Object.entries(lists)) {
    const { status, stderr } = await sample(`${name}.safetensors`, ...guidances);
    expect({ name, status, stderr }).toEqual({ name, status: 0, stderr: '' });
    const { tensors } = readSafetensors(await readFile(join(home, `${name}.safetensors`)));
    const { data } = tensors.get('samples') as { data: Float32Array };
    expect(data.every(Number.isFinite)).toBe(true);
    drawn.push(data.join());
  }
  expect(new Set(drawn).size).toBe(drawn.length);
});

test('a list that cannot mean what it says is one sentence', async () => {
  const { status, stderr } = await sample('no.png', 'cfg', 'mix:with=8');
  expect(stderr).toBe(
    "ungrain: Guidance 'mix' chooses conditions, but comes after 'cfg', which would wrap it; list it first.\n",
  );
  expect(status).toBe(2);
});
