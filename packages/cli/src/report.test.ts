import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decodePng } from '@ungrain/media';
import { writeTinyMnist } from './testing/fixtures.js';
import { ungrain } from './testing/ungrain.js';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-report-'));
  await writeTinyMnist(join(home, 'data'), 24);
});
afterAll(() => rm(home, { recursive: true }));

const run = (...args: string[]) => ungrain(args, { cwd: home });
const TINY = ['--data', 'data', '--hidden', '2', '--batch-size', '8', '--epochs', '2'];
const pngs = async (folder: string) =>
  (await readdir(join(home, folder))).filter((name) => name.endsWith('.png')).sort();

/** What a PNG says of itself. */
async function saidIn(path: string): Promise<{ title: string; caption: string; measures: Record<string, number> }> {
  const { text } = await decodePng(await readFile(join(home, path)));
  return JSON.parse(text['ungrain-figure']!) as never;
}

test('a training leaves its curves and sheets, and a report makes them again', async () => {
  const trained = await run('train', 'digits-class', ...TINY, '--sample-steps', '2', '--guidance-scale', '3');
  expect(trained).toMatchObject({ status: 0, stderr: '' });
  const folder = 'runs/digits-class';
  const figures = ['loss-log.png', 'loss.png', 'samples-epoch-1.png', 'samples-epoch-2.png'];
  expect(await pngs(folder)).toEqual(figures);
  const { title, caption } = await saidIn(`${folder}/samples-epoch-1.png`);
  expect(title).toBe('digits-class: samples after epoch 1 of 2 (3 steps)');
  expect(caption).toMatch(/^2 Euler steps, γ = 3, noise of seed 100\. Trained with D = 2, batch 8, Adam, /);

  const first = await readFile(join(home, folder, 'samples-epoch-2.png'));
  await rm(join(home, folder, 'samples-epoch-2.png'));
  const report = await run('report', folder, '--data', 'data', '--out', 'results/tiny');
  expect(report).toMatchObject({ status: 0, stderr: '' });
  expect(await readFile(join(home, folder, 'samples-epoch-2.png'))).toEqual(first);
  expect(await pngs('results/tiny')).toEqual(figures);
  const readme = await readFile(join(home, 'results/tiny/README.md'), 'utf8');
  expect(readme).toContain('ungrain train digits-class --seed 100 --epochs 2 --batch-size 8');
  expect(readme).toContain('ungrain report runs/digits-class --show-epochs 1,5,10 --draw-seed 100 --sample-steps 2');
  expect(readme).toMatch(/onnxruntime \d/);
  for (const name of figures) expect(readme).toContain(`(${name})`);

  const others = ['--data', 'data', '--sample-steps', '1', '--guidance-scale', '1'];
  expect((await run('report', folder, ...others)).status).toBe(0);
  expect((await saidIn(`${folder}/samples-epoch-2.png`)).caption).toContain('1 Euler steps, γ = 1');
});

test('the denoiser is tried at other levels of noise, and the mean shown beside what pure noise gives', async () => {
  expect(await run('train', 'denoiser', ...TINY, '--sigmas', '0,0.5')).toMatchObject({ status: 0, stderr: '' });
  expect(await pngs('runs/denoiser')).toContain('sigma-sweep.png');
  const { measures: sweep } = await saidIn('runs/denoiser/sigma-sweep.png');
  expect(sweep['MSE of the noisy images, σ = 0']).toBe(0);
  expect(sweep['MSE of the noisy images, σ = 0.5']).toBeCloseTo(0.25, 1);

  expect((await run('train', 'pure-noise', ...TINY)).status).toBe(0);
  const { measures } = await saidIn('runs/pure-noise/pure-noise-epoch-2.png');
  const [mean, network, distance] = Object.values(measures) as [number, number, number];
  expect(network).toBeCloseTo(mean + distance, 12);
  expect(distance).toBeGreaterThan(0);

  const refused = await run('report', 'runs/pure-noise', '--data', 'data', '--sigmas', '1');
  expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining("has no option 'sigmas'") as unknown });
});

test('curves lie over one another, and the largest deviation is told', async () => {
  const metrics = (await readFile(join(home, 'runs/denoiser/metrics.jsonl'), 'utf8')).trim().split('\n');
  const lines = metrics.map((line) => {
    const { step, loss, meanLoss } = JSON.parse(line) as { step: number; loss: number; meanLoss: number };
    return JSON.stringify({
      step,
      epoch: 0,
      loss,
      loss_mean_50: step === 4 ? meanLoss / 1.1 : meanLoss,
      lr: 1e-4,
      s: 1,
    });
  });
  await writeFile(
    join(home, 'torch.jsonl'),
    ['{"settings": {"D": 2}}', ...lines, '{"done": true, "steps": 6}'].join('\n'),
  );
  const plot = await run('plot', 'torch.jsonl', 'runs/denoiser', '--after', '2', '--out', 'curves.png');
  expect(plot).toEqual({
    status: 0,
    stderr: '',
    stdout:
      'runs/denoiser lies at most 10 % from torch.jsonl (step 4; 4 common steps from 3 to 6).\n' +
      'curves.svg, curves.png, curves-log.svg, curves-log.png\n',
  });
  expect((await stat(join(home, 'curves-log.png'))).size).toBeGreaterThan(5000);
  expect((await run('plot', 'runs/denoiser')).stdout).toContain('runs/denoiser/loss.svg');
});

test.each([
  [['plot', 'nowhere'], 1, 'nowhere cannot be read: there is no such file or folder'],
  [['plot', 'data/train-labels-idx1-ubyte'], 1, 'holds no learning curve'],
  [['plot', 'data'], 2, 'data holds no training run'],
  [['plot', 'torch.jsonl', 'torch.jsonl', '--out', 'a.gif'], 2, "unknown extension 'gif'"],
  [['report', 'data'], 2, 'data holds no training run'],
])('refuses %j', async (args, status, message) => {
  const outcome = await run(...args);
  expect(outcome.stderr).toMatch(/^ungrain: [^\n]+[.?]\n$/);
  expect(outcome.stderr).toContain(message);
  expect(outcome.status).toBe(status);
});
