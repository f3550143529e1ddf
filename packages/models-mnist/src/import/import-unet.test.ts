import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Tensor, Value } from '@ungrain/core';
import { createOnnxEngine } from '@ungrain/engine-onnx';
import { readTorchFile, toFloat32, type TorchData } from '@ungrain/formats';
import type { UnetKind } from '../unet.js';
import { unetNetwork } from '../unet-network.js';
import { importUnet } from './import-unet.js';

const checkpoint = readTorchFile(readFileSync(new URL('./testing/course-unets.pt', import.meta.url))) as ReadonlyMap<
  string,
  TorchData
>;
const results = new Map(checkpoint.get('results') as readonly (readonly [string, Value])[]);

const statesOf = (kind: string): Map<string, Tensor> =>
  new Map([...(checkpoint.get(kind) as ReadonlyMap<string, Value>)].map(([name, value]) => [name, toFloat32(value)]));

const importOf = (kind: string, change: (states: Map<string, Tensor>) => void) => {
  const states = statesOf(kind);
  change(states);
  return importUnet(states);
};

describe("the course's UNets with the names of somebody else", () => {
  test.each<[UnetKind, string]>([
    ['uncond', 'image'],
    ['time', 'velocity'],
    ['class', 'velocity'],
  ])('%s gives what it gave in PyTorch', async (kind, output) => {
    const imported = importUnet(statesOf(kind));
    expect(imported).toMatchObject({ kind, hidden: 2, unused: [] });
    const network = unetNetwork({ name: kind, kind, hidden: 2, rows: 3 }).graph;
    const engine = createOnnxEngine({ threads: 1 });
    const executable = await engine.compile(network, { constants: await engine.store(imported.weights) });
    const feeds = Object.fromEntries([...network.inputs.keys()].map((name) => [name, results.get(name)!]));
    const found = (await executable.run(null, feeds))[output]!.data as Float32Array;
    const expected = results.get(kind)!.data as Float32Array;
    const scale = Math.max(...expected.map(Math.abs));
    found.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5 * scale));
    await executable.dispose();
  });

  test('says what each layer was recognised by', () => {
    const { layers, zeroBiases } = importUnet(statesOf('class'));
    const matchOf = (theirs: string) => layers.find((layer) => layer.theirs === theirs);
    expect(matchOf('downs.1.0.0')).toEqual({ theirs: 'downs.1.0.0', ours: 'down2.down.conv', evidence: 'shape' });
    expect(matchOf('ups.0.1.second.0')).toMatchObject({ ours: 'up1.block.conv2.conv', evidence: 'order' });
    expect(matchOf('head')).toMatchObject({ ours: 'out_conv', evidence: 'shape' });
    expect(zeroBiases).toEqual([]);
    expect(importUnet(statesOf('uncond')).zeroBiases).toContain('unflatten.conv.bias');
  });

  test('our own names need no evidence but themselves', () => {
    const { weights } = importUnet(statesOf('class'));
    const { layers, weights: again } = importUnet(weights);
    expect(new Set(layers.map(({ evidence }) => evidence))).toEqual(new Set(['name']));
    expect(again).toEqual(weights);
  });

  test('names tensors that nothing uses', () => {
    const { unused } = importOf('class', (states) => states.set('betas', { data: new Float32Array(1), shape: [1] }));
    expect(unused).toEqual(['betas']);
  });

  const reshape = (states: Map<string, Tensor>, name: string, shape: readonly number[]): void => {
    states.set(name, { data: new Float32Array(shape.reduce((a, b) => a * b, 1)), shape });
  };

  test.each<[string, (states: Map<string, Tensor>) => void, RegExp]>([
    [
      'a convolution of another shape',
      (s) => reshape(s, 'module.dec.first.0.weight', [2, 5, 3, 3]),
      /'dec\.first\.0\.weight' is \[2, 5, 3, 3\] where 'out_block\.conv1\.conv\.weight' would be \[2, 4, 3, 3\]/,
    ],
    [
      'a missing convolution',
      (s) => void s.delete('module.ups.1.1.second.0.weight'),
      /'dec\.first\.0\.weight'.*'up2\.block\.conv2\.conv\.weight'/,
    ],
    [
      'a bias of another shape',
      (s) => reshape(s, 'module.head.bias', [2]),
      /'head\.bias' is \[2\] where 'out_conv\.bias' is \[1\]/,
    ],
    ['a missing bias that matters', (s) => void s.delete('module.head.bias'), /'head\.bias' is missing/],
    [
      'a missing statistic',
      (s) => void s.delete('module.enc.first.1.running_var'),
      /'enc\.first\.1\.running_var' is missing/,
    ],
    [
      'one batch norm too few',
      (s) => {
        for (const name of [...s.keys()]) if (name.includes('dec.second.1')) s.delete(name);
      },
      /16 batch norms, and the network has 17/,
    ],
    ['one convolution more', (s) => reshape(s, 'module.more.weight', [2, 2, 3, 3]), /'more' has no place/],
    [
      'another network',
      (s) => {
        s.clear();
        reshape(s, 'fc.weight', [10, 784]);
      },
      /no convolution over images/,
    ],
  ])('refuses %s', (_, change, reason) => {
    expect(() => importOf('class', change)).toThrow(reason);
  });

  test('of a file with our names, a missing tensor is named as ours', () => {
    const weights = new Map(importUnet(statesOf('time')).weights);
    weights.delete('up1.up.conv.weight');
    expect(() => importUnet(weights)).toThrow("'up1.up.conv.weight' is missing");
  });
});
