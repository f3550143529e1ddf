/** The learning rate of an epoch; both count from 0. */
export type LearningRate = (epoch: number) => number;

export const constantRate =
  (rate: number): LearningRate =>
  () =>
    rate;

/** Falls by the same factor after each epoch, to `finalFactor` of itself after `epochs` of them: rate · finalFactor^(epoch / epochs). */
export const exponentialDecay =
  (rate: number, epochs: number, finalFactor = 0.1): LearningRate =>
  (epoch) =>
    rate * finalFactor ** (epoch / epochs);
