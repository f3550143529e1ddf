import { describe, expect, test } from '@jest/globals';
import { TorchGenerator } from '@ungrain/core';
import { decodePng } from '../png.js';
import { lossFigure, type LossCurve } from './loss-figure.js';
import { rasterize } from './raster.js';
import { sheetFigure } from './sheet-figure.js';

const curve = (name: string, steps: number, floor: number): LossCurve => ({
  name,
  points: Array.from({ length: steps }, (_, i) => {
    const loss = floor + Math.exp(-i / 300) + 0.05 * Math.sin(i * i);
    return { step: i + 1, loss: i === 1 ? 5.4 : loss, meanLoss: floor + Math.exp(-i / 300) };
  }),
});
const options = { title: 'Loss of <digits> & co', caption: 'D = 64, batch 64, σ = 0.5.' } as const;

describe('learning curves', () => {
  test('of one training show each step and the mean, and say what lies beyond a linear axis', async () => {
    const svg = lossFigure([curve('a', 3000, 0.1)], { ...options, scale: 'linear' });
    expect(svg).toContain('Loss of &lt;digits&gt; &amp; co');
    expect(svg).toContain('loss of each step');
    expect(svg.replace(/\s+/g, ' ')).toContain('The highest loss, 5.40, is beyond the axis.');
    expect(svg.length).toBeLessThan(40_000);
    const { pixels } = await decodePng(rasterize(svg, { zoom: 1.5 }));
    expect(pixels.width).toBeGreaterThan(1100);
  });

  test('of several trainings lie over one another, each named', () => {
    const svg = lossFigure([curve('ours', 900, 0.1), curve('PyTorch', 90, 0.11)], { ...options, scale: 'log' });
    for (const name of ['ours', 'PyTorch', 'Means of the last 50 steps.']) expect(svg).toContain(name);
    expect(svg).not.toContain('beyond the axis');
    expect(svg.match(/<path/g)!.length).toBeGreaterThanOrEqual(2);
  });

  test('of a single step are still a figure', () => {
    expect(rasterize(lossFigure([curve('a', 1, 0.1)], { ...options, scale: 'log' })).length).toBeGreaterThan(1000);
  });
});

describe('sheets', () => {
  const images = new TorchGenerator(1).rand([10, 1, 28, 28]);
  const rows = [
    { label: 'noisy', images, note: 'MSE 0.2500' },
    { label: 'mean', images: { data: images.data.subarray(0, 784), shape: [1, 1, 28, 28] } },
  ];

  test('show every image exactly, enlarged, with labels', async () => {
    const svg = sheetFigure({ ...options, columns: [...'0123456789'], rows }, [0, 1]);
    const { pixels } = await decodePng(rasterize(svg, { text: { ungrain: '{}' } }));
    expect(pixels.channels).toBe(1);
    // The first image's pixels, three times as large, stand somewhere in the picture as they are.
    const wanted = Array.from(images.data.subarray(0, 28), (x) => Math.round(x * 255)).flatMap((x) => [x, x, x]);
    const found = Buffer.from(pixels.data).indexOf(Buffer.from(wanted));
    expect(found).toBeGreaterThan(0);
    expect(pixels.width).toBeGreaterThan(10 * 84 + 100);
  });

  test('the same sheet gives the same bytes', () => {
    const png = () => Buffer.from(rasterize(sheetFigure({ ...options, rows }, [0, 1])));
    expect(png().equals(png())).toBe(true);
  });
});
