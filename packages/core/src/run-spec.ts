import { z } from 'zod';
import { assetOption } from './asset.js';
import { parseOptions } from './schema.js';

/** The most steps of a run. Ten times the times that DDPM was trained at: beyond that steps change nothing. */
export const MAX_STEPS = 10_000;

/** The most samples of one run. Larger collections are several runs, with other seeds. */
export const MAX_COUNT = 4_096;

/** Something of a registry by name, with its options; those left out have their defaults. */
const chosen = z.strictObject({
  name: z.string().min(1).describe('As the plugin lists it.'),
  options: z.record(z.string(), z.unknown()).default({}).describe('Checked by its own schema when the run is planned.'),
});

const conditions = z
  .array(z.unknown())
  .describe('What each sample shows, as the model takes it: none, one for all samples, or one for each.');
const seed = z.int().min(0).describe('Same seed, same noise. Of a torch seed the low 32 bits count.');
const guidance = z.array(chosen).max(32).describe('What the run means; the first wraps the ones after it.');

/** What changes in the middle of a run; what is left out stays. */
const change = z.strictObject({
  after: z.int().min(1).describe('The number of steps that are done before it.'),
  sampler: chosen.optional(),
  guidance: guidance.optional(),
  conditions: conditions.optional(),
  seed: seed.optional(),
});

/**
 * A run as a value: what flags are parsed into, a server checks, a form edits, and an image's metadata carries. The same
 * spec gives the same bytes again on the same machine. It is plain JSON.
 */
export const runSpecSchema = z
  .strictObject({
    format: z.literal(1).default(1).describe('The version of this layout.'),
    model: z.string().min(1).describe('The name of the model.'),
    weights: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional()
      .describe('The SHA-256 of the weights that the run was made with; a replay with others is refused.'),
    sampler: chosen.describe('Walks from noise to data.'),
    schedule: chosen.optional().describe("Replaces the model's own schedule, in the same times."),
    spacing: chosen.describe('Chooses the noise levels that the steps visit.'),
    steps: z.int().min(1).max(MAX_STEPS).describe('Steps from noise to data.'),
    guidance: guidance.default([]),
    seed: seed.default(0),
    noise: z
      .enum(['torch', 'torch-per-sample', 'counter'])
      .default('torch')
      .describe(
        "torch: a notebook's noise, the batch drawn at once; torch-per-sample: sample i is that of seed + i alone; " +
          'counter: sample i is the same in any batch.',
      ),
    count: z.int().min(1).max(MAX_COUNT).default(1).describe('The number of samples.'),
    conditions: conditions.default([]),
    shape: z
      .array(z.int().min(1))
      .optional()
      .describe("Channels, height and width of a sample; the model's own if left out."),
    image: assetOption()
      .optional()
      .describe('The image, by its SHA-256, that the model works on (stage II: the small image).'),
    changes: z
      .array(change)
      .max(64)
      .optional()
      .describe('What is other from a step on: guidance, sampler, conditions or seed, in the order of the steps.'),
    versions: z
      .record(z.string(), z.string())
      .default({})
      .describe('The versions of the packages that made the run, for the record.'),
  })
  .refine(({ count, conditions: given }) => [0, 1, count].includes(given.length), {
    error: 'there must be none, one for all samples, or one for each of the samples counted',
    path: ['conditions'],
  })
  .refine(
    ({ count, changes = [] }) => changes.every(({ conditions: given = [] }) => [0, 1, count].includes(given.length)),
    {
      error: 'their conditions must be none, one for all samples, or one for each of the samples counted',
      path: ['changes'],
    },
  )
  .refine(({ changes = [] }) => changes.every(({ after }, i) => i === 0 || after > changes[i - 1]!.after), {
    error: 'they must come in the order of their steps, one for each step',
    path: ['changes'],
  });

/** A complete run: see `runSpecSchema` for what each field means. */
export type RunSpec = z.output<typeof runSpecSchema>;

/** A run as it is written: what has a default may be left out. */
export type RunSpecInput = z.input<typeof runSpecSchema>;

/**
 * Checks a run and fills in its defaults. A model's own come first: `parseRunSpec({ ...model.defaults, ...flags })`.
 * @throws UngrainError `bad-option`, one sentence: `Option 'steps' of the run must be at least 1, not 0.`
 */
export function parseRunSpec(raw: unknown): RunSpec {
  return parseOptions<RunSpec>(runSpecSchema, raw, 'the run');
}
