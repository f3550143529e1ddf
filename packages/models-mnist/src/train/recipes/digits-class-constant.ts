import { classRecipe } from './digits-class.js';

/** The seed's part B, 2.6: can we get rid of the annoying learning rate scheduler? */
export const digitsClassConstant = classRecipe(
  'digits-class-constant',
  'digits-class by AdamW with a small, constant learning rate instead of a schedule.',
  { epochs: 10, batchSize: 64, learningRate: 1e-4, decay: 'constant', hidden: 64, weightDecay: 1e-4 },
);
