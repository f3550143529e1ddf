/** One training step of the class-conditioned UNet, D = 64, batch 64: forward, gradients and Adam. Prints seconds. */
import { drawParameters, TorchGenerator, zeros } from '@ungrain/core';
import { optimizerStates, scalarInput } from '@ungrain/graph';
import { recipeNamed } from '@ungrain/models-mnist/train';
import { fastest } from './fastest.mjs';
import { engineFromArguments, HIDDEN } from './network.mjs';

const BATCH = 64;
const generator = new TorchGenerator(0);
const images = {
  pixels: Uint8Array.from(generator.randint(0, 256, BATCH * 28 * 28)),
  size: [28, 28],
  labels: Uint8Array.from(generator.randint(0, 10, BATCH)),
};
const recipe = recipeNamed('digits-class');
const task = recipe.task(recipe.settings.parse({ hidden: HIDDEN, batchSize: BATCH }), images);
const { optimizer } = task;
const engine = await engineFromArguments();
const states = drawParameters(generator, task.declarations);
for (const [name, shape] of optimizerStates(optimizer, task.declarations)) states.set(name, zeros(shape));
const store = await engine.store(states);
const step = await engine.compile(task.trainGraph(BATCH));
const batch = task.batch(
  Uint32Array.from({ length: BATCH }, (_, i) => i),
  generator,
);

let count = 0;
const milliseconds = await fastest(
  () => {
    const scalars = Object.entries(optimizer.scalars((count += 1), 1e-3)).map(([name, value]) => [
      scalarInput(name),
      { dtype: 'float32', data: Float32Array.of(value), shape: [] },
    ]);
    return step.run(store, { ...batch, ...Object.fromEntries(scalars) });
  },
  { repeats: 7, warmup: 3 },
);
console.log(JSON.stringify({ step: milliseconds / 1000 }));
