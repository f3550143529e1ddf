/** One evaluation of the class-conditioned UNet, D = 64, at batch 1 and 64. Prints milliseconds a sample. */
import { fastest } from './fastest.mjs';
import { digitsBatch, randomDigits } from './network.mjs';

const model = await randomDigits();
const figures = {};
for (const rows of [1, 64]) {
  const batch = await digitsBatch(model, rows);
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
