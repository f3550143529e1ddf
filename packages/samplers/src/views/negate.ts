import { scale, type Tensor, type View } from '@ungrain/core';
import { z } from 'zod';

const options = z.strictObject({});
const negate = (x: Tensor): Tensor => scale(x, -1);

/**
 * Black and white change places, in a model whose range is centred at 0. In one from 0 to 1 (as the digits model) the
 * negative of an image lies outside what the model knows. A variance is none of the image's and stays.
 */
export const negateView: View<z.output<typeof options>> = {
  name: 'negate',
  summary: 'The negative, for models whose black and white are −1 and 1.',
  options,
  create: () => ({ forward: negate, inverse: negate, inverseVariance: (x) => x }),
};
