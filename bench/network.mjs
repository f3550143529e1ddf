import { parseArgs } from 'node:util';
import { drawParameters, straightPath, TorchGenerator } from '@ungrain/core';
import { createOnnxEngine, passNames } from '@ungrain/engine-onnx';
import { nn } from '@ungrain/graph';
import { lazyEngine } from '@ungrain/host';
import { createDigits, unet } from '@ungrain/models-mnist';

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

/** The model with random weights: time does not depend on them. */
export async function randomDigits() {
  const scope = nn.Scope.root({ training: false });
  unet(scope, { kind: 'class', hidden: HIDDEN });
  const weights = drawParameters(new TorchGenerator(0), scope.declarations);
  return createDigits({ engine: await engineFromArguments(), weights });
}

/** So many rows of noise, all of one class and at the middle of the path. */
export async function digitsBatch(model, rows) {
  const [condition] = await model.encode([3]);
  return {
    x: new TorchGenerator(1).randn([rows, ...model.sampleShape]),
    levels: Array.from({ length: rows }, () => straightPath.level(0.5)),
    conditions: Array.from({ length: rows }, () => condition),
  };
}
