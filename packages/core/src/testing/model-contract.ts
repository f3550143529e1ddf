import type { Model, ModelBatch } from '../model.js';
import { TorchGenerator } from '../random/torch-generator.js';
import { concatRows, sliceRows } from '../tensor.js';
import { law, leavingAlone, must, mustAbort, mustBeSame, mustHaveShape, type ContractTest } from './contract.js';

export interface ModelContractOptions {
  /** A condition for each of three samples; none by default. */
  readonly conditions?: readonly [unknown, unknown, unknown];
  /** Is a row's answer the same in any batch, to the bit? Default true. */
  readonly batchFree?: boolean;
}

/** What every model keeps to. It is created once and disposed of by the caller. */
export function modelContract(
  create: () => Promise<Model>,
  { conditions = [undefined, undefined, undefined], batchFree = true }: ModelContractOptions = {},
): readonly ContractTest[] {
  const batchOf = async (model: Model): Promise<ModelBatch> => {
    const { noisiest, cleanest } = model.schedule;
    const time = noisiest + (cleanest - noisiest) / 2;
    return {
      x: new TorchGenerator(3).randn([3, ...model.sampleShape]),
      levels: [noisiest, time, time].map((at) => model.schedule.level(at)),
      conditions: await model.encode(conditions),
    };
  };
  return [
    law('accepts the shape of its own samples', async () => {
      const model = await create();
      must(model.accepts(model.sampleShape), 'accepts(sampleShape) must be true.');
    }),
    law(
      'predicts in the shape of its rows, twice the channels if it learned a variance, and changes no input',
      async () => {
        const model = await create();
        const batch = await batchOf(model);
        const output = await leavingAlone('A model', [batch.x], () => model.predict(batch));
        const [rows = 0, channels = 0, ...rest] = batch.x.shape;
        const wide = model.variance === 'none' ? batch.x : concatRows([batch.x, batch.x]);
        const halves = model.variance === 'none' ? 1 : 2;
        mustHaveShape('A prediction', output, { data: wide.data, shape: [rows, halves * channels, ...rest] });
      },
    ),
    law('gives the same bytes for the same input', async () => {
      const model = await create();
      const batch = await batchOf(model);
      mustBeSame('Two predictions differ', await model.predict(batch), await model.predict(batch));
    }),
    ...(batchFree
      ? [
          law('answers a row alike in any batch', async () => {
            const model = await create();
            const { x, levels, conditions: encoded } = await batchOf(model);
            const all = await model.predict({ x, levels, conditions: encoded });
            const alone = { x: sliceRows(x, 1, 2), levels: [levels[1]!], conditions: [encoded[1]!] };
            mustBeSame('A row depends on its batch', await model.predict(alone), sliceRows(all, 1, 2));
          }),
        ]
      : []),
    law('can do without its condition', async () => {
      const model = await create();
      const batch = await batchOf(model);
      const without = batch.conditions.map((condition) => model.unconditional(condition));
      await model.predict({ ...batch, conditions: without });
    }),
    law('stops when it is aborted', async () => {
      const model = await create();
      await mustAbort('A model', async () => model.predict(await batchOf(model), AbortSignal.abort()));
    }),
  ];
}
