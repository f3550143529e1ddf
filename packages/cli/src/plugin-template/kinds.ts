/** The names that a plugin's files are written with. */
export interface PluginNames {
  /** `soft-fade` */
  readonly name: string;
  /** `softFade` */
  readonly camel: string;
}

/** A kind of part that a plugin may bring: its code, its test, and where a plugin lists it. */
export interface PartTemplate {
  readonly list: string;
  readonly suffix: string;
  /** A command that shows it at work. */
  readonly example: string;
  source(names: PluginNames): string;
  test(names: PluginNames): string;
}

const testFile = (
  what: string,
  suffix: string,
  { name, camel }: PluginNames,
  more = '',
): string => `import test from 'node:test';
import { ${what}Contract } from '@ungrain/core/testing';
import { ${camel}${suffix} } from './${name}.js';

for (const { name, run } of ${what}Contract(${camel}${suffix}${more})) test(name, run);
`;

/** What `ungrain create-plugin` writes, by kind. */
export const PART_TEMPLATES: Readonly<Record<'guidance' | 'sampler' | 'schedule' | 'model' | 'view', PartTemplate>> = {
  guidance: {
    list: 'guidances',
    suffix: 'Guidance',
    example: 'ungrain sample digits --class 3 --guidance NAME:amount=0.2 --guidance cfg:scale=5 --plugin .',
    source: ({ name, camel }) => `import { scale, type Guidance } from '@ungrain/core';
import { z } from 'zod';

const options = z.strictObject({
  amount: z.number().min(0).max(1).default(0.1).describe('How much is taken away: 0 nothing, 1 all.'),
});

/** Fades every estimate of the clean image towards 0. Change this to what you want the model to be understood to say. */
export const ${camel}Guidance: Guidance<z.output<typeof options>> = {
  name: '${name}',
  summary: 'Fades the estimate of the image.',
  options,
  create: async ({ amount }) => ({
    // All queries of a step are asked in one call: turn them into more, ask once, and combine the answers.
    denoise: (inner) => async (queries, at) =>
      (await inner(queries, at)).map((answer) => ({ ...answer, data: scale(answer.data, 1 - amount) })),
  }),
};
`,
    test: (names) => testFile('guidance', 'Guidance', names),
  },
  sampler: {
    list: 'samplers',
    suffix: 'Sampler',
    example: 'ungrain sample digits --class 3 --sampler NAME --plugin .',
    source: ({ name, camel }) => `import { linear, type Sampler } from '@ungrain/core';
import { z } from 'zod';

const options = z.strictObject({});

/** Holds the estimate and moves to the next level: x' = α'·data + σ'·noise. */
export const ${camel}Sampler: Sampler<z.output<typeof options>> = {
  name: '${name}',
  summary: 'Holds the estimate and moves to the next level.',
  options,
  uses: 'both',
  async step(x, from, to, state, run) {
    const { data, noise } = await run.denoise(x, from);
    return { x: linear([to.alpha, data], [to.sigma, noise]), data, state: null };
  },
};
`,
    test: (names) =>
      testFile(
        'sampler',
        'Sampler',
        names,
        `, {
  // The same step for one value in double precision.
  reference: ({ data, noise, to }) => to.alpha * data + to.sigma * noise,
}`,
      ),
  },
  schedule: {
    list: 'schedules',
    suffix: 'Schedule',
    example: 'ungrain sample digits --class 3 --schedule NAME --dry-run --plugin .',
    source: ({ name, camel }) => `import { UngrainError, type Schedule, type ScheduleEntry } from '@ungrain/core';
import { z } from 'zod';

const options = z.strictObject({});

/** α = cos(π/2·t), σ = sin(π/2·t): a quarter of a circle from noise (t = 1) to data (t = 0). */
const schedule: Schedule = {
  name: '${name}',
  noisiest: 1,
  cleanest: 0,
  trainedSteps: null, // time is continuous
  clean: { time: 0, alpha: 1, sigma: 0 },
  level(time) {
    if (!(time >= 0 && time <= 1))
      throw new UngrainError('time-out-of-range', \`The schedule '${name}' has the times 0 to 1, not \${time}.\`);
    return { time, alpha: Math.cos((Math.PI / 2) * time), sigma: Math.sin((Math.PI / 2) * time) };
  },
  timeAt: (logSnr) => (2 / Math.PI) * Math.atan(Math.exp(-logSnr / 2)),
  rate: (time) => ({
    alpha: (-Math.PI / 2) * Math.sin((Math.PI / 2) * time),
    sigma: (Math.PI / 2) * Math.cos((Math.PI / 2) * time),
  }),
};

export const ${camel}Schedule: ScheduleEntry<z.output<typeof options>> = {
  name: '${name}',
  summary: 'A quarter of a circle from noise to data.',
  options,
  create: () => schedule,
};
`,
    test: (names) => testFile('schedule', 'Schedule', names),
  },
  model: {
    list: 'models',
    suffix: 'Model',
    example: 'ungrain sample NAME --class 3,6,9 --plugin .',
    source: ({
      name,
      camel,
    }) => `import { sizeOf, straightPath, tensor, type Model, type ModelEntry } from '@ungrain/core';
import { z } from 'zod';

const SIDE = 28;

/** A white disc on black, row by row. */
function draw(radius: number, into: Float32Array): void {
  for (let i = 0; i < into.length; i++) {
    const distance = Math.hypot(Math.floor(i / SIDE) - SIDE / 2, (i % SIDE) - SIDE / 2);
    into[i] = distance < radius ? 1 : 0;
  }
}

/** A model that knows its only image: a disc of the radius that it is told. Put your network in predict's place. */
const createModel = (): Model => ({
  name: '${name}',
  schedule: straightPath,
  prediction: 'sample', // predict answers with the clean image
  variance: 'none',
  sampleShape: [1, SIDE, SIDE],
  accepts: (shape) => shape.join() === [1, SIDE, SIDE].join(),
  range: [0, 1],
  maxRows: 1024,
  condition: z.int().min(1).max(13).optional().describe('The radius in pixels.'),
  defaults: { sampler: { name: 'euler' }, spacing: { name: 'uniform' }, steps: 10 },
  encode: async (raw) => raw.map((radius) => ({ radius: tensor([typeof radius === 'number' ? radius : 7], [1]) })),
  unconditional: () => ({ radius: tensor([7], [1]) }),
  async predict({ x, conditions }, signal) {
    signal?.throwIfAborted();
    const data = new Float32Array(sizeOf(x.shape));
    const size = SIDE * SIDE;
    conditions.forEach(({ radius }, row) => draw(radius!.data[0]!, data.subarray(row * size, (row + 1) * size)));
    return { data, shape: x.shape };
  },
  dispose: async () => undefined,
});

export const ${camel}Model: ModelEntry = {
  name: '${name}',
  summary: 'Discs of a given radius.',
  create: async () => createModel(),
};
`,
    test: ({ name, camel }) => `import test from 'node:test';
import { modelContract } from '@ungrain/core/testing';
import { ${camel}Model } from './${name}.js';

for (const { name, run } of modelContract(() => ${camel}Model.create(), { conditions: [3, 6, undefined] }))
  test(name, run);
`,
  },
  view: {
    list: 'views',
    suffix: 'View',
    example: 'ungrain check-view NAME --plugin .',
    source: ({ name, camel }) => `import { sizeOf, type Tensor, type View } from '@ungrain/core';
import { z } from 'zod';

const options = z.strictObject({});

/** Every image upside down. Noise stays noise in a view that only moves pixels: see \`ungrain check-view\`. */
function flip({ data, shape }: Tensor): Tensor {
  const width = shape.at(-1) ?? 1;
  const plane = width * (shape.at(-2) ?? 1);
  const flipped = new Float32Array(sizeOf(shape));
  for (let at = 0; at < data.length; at += width) {
    const image = Math.floor(at / plane) * plane;
    flipped.set(data.subarray(at, at + width), image + plane - width - (at - image));
  }
  return { data: flipped, shape };
}

export const ${camel}View: View<z.output<typeof options>> = {
  name: '${name}',
  summary: 'Upside down.',
  options,
  create: () => ({ forward: flip, inverse: flip, inverseVariance: flip }),
};
`,
    test: (names) => testFile('view', 'View', names),
  },
};
