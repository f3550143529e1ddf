import { UngrainError, type EnergyEntry, type Tensor } from '@ungrain/core';
import { gradients, graph, input, nn, ops, type Engine } from '@ungrain/graph';
import { z } from 'zod';
import { createInference } from './inference.js';
import { judgeNetwork } from './judge.js';
import { CLASSES, IMAGE_SIZE } from './unet.js';

const options = z.strictObject({
  digits: z
    .array(
      z
        .int()
        .min(0)
        .max(CLASSES - 1),
    )
    .min(1)
    .describe('The digits to go for: one for all images, or one for each.'),
});

/** Where the judge comes from. */
export interface DigitEnergyOptions {
  engine(): Promise<Engine>;
  /** The judge's. */
  weights(): Promise<ReadonlyMap<string, Tensor>>;
}

/** −log p(digit | image) by the judge, and its gradient by the image, from one graph of both. */
export const digitEnergy = ({ engine, weights }: DigitEnergyOptions): EnergyEntry<z.output<typeof options>> => ({
  name: 'digit',
  summary: 'How unlike a digit an image of 28 × 28 pixels is to the judge: −log of the probability it gives.',
  options,
  async create({ digits }) {
    const { declarations } = energyGraph(1);
    const network = await createInference({
      engine: await engine(),
      weights: await weights(),
      declarations,
      build: (rows) => energyGraph(rows).graph,
    });
    return {
      range: [0, 1],
      accepts: ([channels, height, width]) => channels === 1 && height === IMAGE_SIZE && width === IMAGE_SIZE,
      async read(x) {
        const { energies, gradient } = await network.run({ x, target: targets(digits, x.shape[0]!) });
        return { energies: [...energies!.data], gradient: gradient! };
      },
      dispose: () => network.dispose(),
    };
  },
});

function energyGraph(rows: number) {
  const scope = nn.Scope.root({ training: false });
  const x = input('x', [rows, 1, IMAGE_SIZE, IMAGE_SIZE]);
  const target = input('target', [rows, CLASSES]);
  const logProbabilities = ops.logSoftmax(judgeNetwork(scope)(x).logits, -1);
  const energies = ops.negate(ops.sum(ops.multiply(target, logProbabilities), [1]));
  const [gradient] = gradients(energies, [x]);
  return { graph: graph('digit-energy', { energies, gradient }), declarations: scope.declarations };
}

/** One-hot rows, [rows, 10]. */
function targets(digits: readonly number[], rows: number): Tensor {
  if (digits.length !== 1 && digits.length !== rows)
    throw new UngrainError(
      'bad-option',
      `Energy 'digit' has ${digits.length} digits for ${rows} images; give one, or one for each.`,
    );
  const data = new Float32Array(rows * CLASSES);
  for (let row = 0; row < rows; row++) data[row * CLASSES + (digits[row] ?? digits[0]!)] = 1;
  return { data, shape: [rows, CLASSES] };
}
