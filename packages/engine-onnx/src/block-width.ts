import { blockedLayout, graph, input, ops, writeOnnx, type Graph } from '@ungrain/graph';
import * as ort from 'onnxruntime-node';

/** As many as vector registers hold numbers: 16 with AVX-512, 8 with AVX2, 4 where they are shorter. */
const CANDIDATES = [16, 8, 4];

/**
 * How many channels ONNX Runtime's blocked convolutions take together on this processor, found by trying: a small blocked
 * convolution is right for one width only. Null if none is, as on processors without such kernels.
 */
export async function findBlockWidth(options: ort.InferenceSession.SessionOptions): Promise<number | null> {
  const channels = CANDIDATES[0]!;
  const x = input('x', [1, channels, 3, 3]);
  const weight = input('weight', [channels, channels, 3, 3]);
  const convolution = graph('probe', { y: ops.conv2d(x, weight, null, { padding: 1 }) });
  const wave = (size: number, step: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(step * i));
  const feeds = {
    x: new ort.Tensor('float32', wave(channels * 9, 0.7), x.shape),
    weight: new ort.Tensor('float32', wave(channels * channels * 9, 0.3), weight.shape),
  };
  const run = async (candidate: Graph): Promise<Float32Array> => {
    const session = await ort.InferenceSession.create(writeOnnx(candidate), options);
    try {
      return (await session.run(feeds)).y!.data as Float32Array;
    } finally {
      await session.release();
    }
  };

  const expected = await run(convolution);
  for (const width of CANDIDATES) {
    const found = await run(blockedLayout(width).apply(convolution)).catch(() => null); // no such kernel
    if (found?.every((value, i) => Math.abs(value - expected[i]!) < 1e-3)) return width;
  }
  return null;
}
