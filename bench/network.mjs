import { parseArgs } from 'node:util';
import { createOnnxEngine, passNames } from '@ungrain/engine-onnx';
import { lazyEngine } from '@ungrain/host';

/** The network that both benchmarks run: D = 64, class-conditioned, as in the peer. */
export const HIDDEN = 64;

/**
 * The engine with as many threads as were asked for; onnx without the passes that were (`--without a,b` or `--without
 * all`). `--engine tfjs` takes the TensorFlow.js of the working folder.
 */
export async function engineFromArguments() {
  const options = {
    engine: { type: 'string', default: 'onnx' },
    threads: { type: 'string', default: '2' },
    without: { type: 'string', default: '' },
  };
  const { values } = parseArgs({ options });
  if (values.engine !== 'onnx') return lazyEngine(values.engine, { threads: Number(values.threads) })();
  const withoutPasses = values.without === 'all' ? passNames : values.without.split(',').filter((name) => name !== '');
  return createOnnxEngine({ threads: Number(values.threads), withoutPasses });
}

/** The fastest of several calls, in milliseconds, after a few to warm up. */
export async function fastest(call, { repeats, warmup }) {
  let best = Infinity;
  for (let i = -warmup; i < repeats; i++) {
    const started = performance.now();
    await call();
    if (i >= 0) best = Math.min(best, performance.now() - started);
  }
  return best;
}
