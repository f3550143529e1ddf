import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readSafetensors } from '@ungrain/formats';
import { writeTinyWeights } from './testing/fixtures.js';
import { ungrain } from './testing/ungrain.js';

const native = process.env['UNGRAIN_TFJS_NATIVE'];
const BRIEF = ['sample', 'digits', '--steps', '2', '--class', '7', '--seed', '1'];

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-engine-'));
  await writeTinyWeights(join(home, 'tiny.safetensors'));
});
afterAll(() => rm(home, { recursive: true }));

const sample = (cwd: string, engine: string) => {
  const files = ['--weights', join(home, 'tiny.safetensors'), '--out', join(home, `${engine}.safetensors`)];
  return ungrain([...BRIEF, ...files, '--engine', engine], { cwd });
};

test('without TensorFlow.js, and with one that is broken, it says so in a sentence', async () => {
  const missing = await sample(home, 'tfjs');
  expect(missing).toMatchObject({ status: 2, stdout: '' });
  expect(missing.stderr).toMatch(
    /^ungrain: The tfjs engine needs TensorFlow\.js, .*install @tensorflow\/tfjs-node-gpu .*\.\n$/,
  );

  const broken = join(home, 'broken', 'node_modules', '@tensorflow', 'tfjs-node');
  await mkdir(broken, { recursive: true });
  await writeFile(join(broken, 'index.js'), "throw new Error('no binding.\\nTry again.');");
  const refused = await sample(join(home, 'broken'), 'tfjs');
  expect(refused).toMatchObject({ status: 1, stdout: '' });
  expect(refused.stderr).toMatch(
    /^ungrain: @tensorflow\/tfjs-node is installed and cannot be loaded \(no binding\); [^\n]*\.\n$/,
  );
});

test('an unknown engine is refused', async () => {
  expect(await sample(home, 'tjfs')).toMatchObject({
    status: 2,
    stderr: "ungrain: There is no engine 'tjfs', did you mean 'tfjs'?\n",
  });
});

(native ? test : test.skip)('the native library of the working folder draws what onnx draws', async () => {
  const ours = await sample(native!, 'tfjs');
  expect(ours).toMatchObject({ status: 0, stderr: '' });
  expect(ours.stdout).toMatch(/ s on tfjs-node: /);
  expect((await sample(home, 'onnx')).stdout).toMatch(/ s on onnx: /);
  const numbers = async (engine: string) => {
    const path = join(home, `${engine}.safetensors`);
    const [value] = readSafetensors(await readFile(path), { file: path }).tensors.values();
    return Array.from(value!.data as Float32Array);
  };
  const [actual, expected] = [await numbers('tfjs'), await numbers('onnx')];
  expect(actual.length).toBe(28 * 28);
  expect(Math.max(...actual.map((a, i) => Math.abs(a - expected[i]!)))).toBeLessThan(1e-4);
});
