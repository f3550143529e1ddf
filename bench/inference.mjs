/** One evaluation of the class-conditioned UNet, D = 64, at batch 1 and 64. Prints milliseconds a sample. */
import { drawParameters, straightPath, TorchGenerator } from '@ungrain/core';
import { nn } from '@ungrain/graph';
import { createDigits, unet } from '@ungrain/models-mnist';
import { engineFromArguments, fastest, HIDDEN } from './network.mjs';

const generator = new TorchGenerator(0);
const scope = nn.Scope.root({ training: false });
unet(scope, { kind: 'class', hidden: HIDDEN });
const model = await createDigits({
  engine: await engineFromArguments(),
  weights: drawParameters(generator, scope.declarations),
});

const figures = {};
for (const rows of [1, 64]) {
  const [condition] = await model.encode([3]);
  const batch = {
    x: generator.randn([rows, ...model.sampleShape]),
    levels: Array.from({ length: rows }, () => straightPath.level(0.5)),
    conditions: Array.from({ length: rows }, () => condition),
  };
  const calls = Math.max(1, Math.floor(20 / rows)); // several calls a timing where one is short, as the peer does
  const milliseconds = await fastest(
    async () => {
      for (let i = 0; i < calls; i++) await model.predict(batch);
    },
    { repeats: 7, warmup: 2 },
  );
  figures[`batch${rows}`] = milliseconds / calls / rows;
}
console.log(JSON.stringify(figures));
