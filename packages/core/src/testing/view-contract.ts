import { TorchGenerator } from '../random/torch-generator.js';
import { parseOptions } from '../schema.js';
import { sliceRows, type Shape } from '../tensor.js';
import type { View } from '../view.js';
import { law, leavingAlone, mustBeNear, mustBeSame, mustHaveShape, optionLaws, type ContractTest } from './contract.js';

export interface ViewContractOptions {
  /** As a user writes them; the defaults if left out. */
  readonly options?: unknown;
  /** [channels, height, width]. Default [3, 8, 8]. */
  readonly shape?: Shape;
  /** Does `inverse` take back what `forward` did? False for filters, which keep a part. Default true. */
  readonly invertible?: boolean;
}

/** What every view keeps to. Whether noise stays noise in it, `ungrain check-view` tells. */
export function viewContract(
  view: View,
  { options = {}, shape = [3, 8, 8], invertible = true }: ViewContractOptions = {},
): readonly ContractTest[] {
  const make = () => view.create(parseOptions(view.options, options, `view '${view.name}'`), shape);
  const x = new TorchGenerator(1).randn([3, ...shape]);
  const ways = ['forward', 'inverse', 'inverseVariance'] as const;
  return [
    ...optionLaws(view.options),
    ...ways.map((way) =>
      law(`${way} keeps the shape and leaves its input as it is`, async () => {
        mustHaveShape(way, await leavingAlone(way, [x], () => make()[way](x)), x);
      }),
    ),
    ...ways.map((way) =>
      law(`${way} gives the same bytes again, for a row alone too`, () => {
        const all = make()[way](x);
        mustBeSame(way, make()[way](x), all);
        mustBeSame(`${way} of one row`, make()[way](sliceRows(x, 1, 2)), sliceRows(all, 1, 2));
      }),
    ),
    ...(invertible
      ? [
          law('inverse takes back what forward did', () => {
            const { forward, inverse } = make();
            mustBeNear('The way there and back', inverse(forward(x)), x.data, 1e-5);
          }),
        ]
      : []),
  ];
}
