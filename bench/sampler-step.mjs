/**
 * What sampler and guidance cost in a step, without the model: runs of 50 steps on [4, 3, 64, 64] with a model that
 * answers at once and always alike. Prints milliseconds a step for each case of sampler-cases.json.
 */
import { readFileSync } from 'node:fs';
import { constantRun, SHAPE } from './constant-run.mjs';
import { fastest } from './fastest.mjs';

const cases = JSON.parse(readFileSync(new URL('sampler-cases.json', import.meta.url), 'utf8'));
const figures = {};
for (const { name, sampler, guidance } of cases) {
  const { run, steps } = constantRun({ sampler, guidance, shape: SHAPE });
  figures[name] = (await fastest(run, { repeats: 7, warmup: 2 })) / steps;
}
console.log(JSON.stringify(figures));
