import { parseArgs } from 'node:util';
import { createOnnxEngine, passNames } from '@ungrain/engine-onnx';

/** The network that both benchmarks run: D = 64, class-conditioned, as in the peer. */
export const HIDDEN = 64;

/** The engine with as many threads as were asked for, and without the passes that were (`--without a,b` or `--without all`). */
export function engineFromArguments() {
  const options = { threads: { type: 'string', default: '2' }, without: { type: 'string', default: '' } };
  const { values } = parseArgs({ options });
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
