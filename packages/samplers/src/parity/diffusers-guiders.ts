import { UngrainError } from '@ungrain/core';
import { z } from 'zod';

/** A guidance by name, as a run's spec has it. */
export interface Chosen {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The version of the recorded model that stands for a perturbed one. */
export const PERTURBED = 'perturbed';

const common = {
  guidance_scale: z.number().default(7.5),
  guidance_rescale: z.number().default(0),
  use_original_formulation: z.boolean().default(false),
  start: z.number().default(0),
  stop: z.number().default(1),
  enabled: z.boolean().default(true),
};
type Common = z.output<z.ZodObject<typeof common>>;

const window = ({ start, stop }: Pick<Common, 'start' | 'stop'>) => ({ start, stop });
const base = ({ use_original_formulation: original }: Common) => ({ base: original ? 'conditional' : 'unconditional' });
const shared = (c: Common) => ({ scale: c.guidance_scale, rescale: c.guidance_rescale, space: 'model', ...base(c) });

/** Guidances that take the shared options, and some of their own. */
function contrast<S extends z.ZodRawShape>(
  name: string,
  shape: S,
  own: (config: z.output<z.ZodObject<typeof common & S>>) => object = () => ({}),
): Guider {
  const schema = z.strictObject({ ...common, ...shape });
  return (raw) => {
    const config = schema.parse(raw) as z.output<z.ZodObject<typeof common & S>> & Common;
    return config.enabled ? { name, options: { ...shared(config), ...window(config), ...own(config) } } : null;
  };
}

/** Names of a guider with a third branch: `perturbed_guidance_scale` … */
function perturbed(prefix: string, ignored: z.ZodRawShape = {}): Guider {
  const third = z.object({
    [`${prefix}_scale`]: z.number().default(2.8),
    [`${prefix}_start`]: z.number().default(0.01),
    [`${prefix}_stop`]: z.number().default(0.2),
  });
  const schema = z.strictObject({ ...common, ...third.shape, ...ignored });
  return (raw, steps) => {
    const config = schema.parse(raw) as unknown as Common & Record<string, number>;
    const [scale, start, stop] = ['scale', 'start', 'stop'].map((end) => config[`${prefix}_${end}`]!);
    // The library begins one step after its start.
    const later = Math.min((Math.floor(start! * steps) + 1.5) / steps, stop!);
    const options = { variant: PERTURBED, scale, start: later, stop, cfg: config.guidance_scale };
    const cfgWindow = { cfgStart: config.start, cfgStop: config.stop };
    return config.enabled ? { name: 'perturbed', options: { ...shared(config), ...options, ...cfgWindow } } : null;
  };
}

/** A guider's settings as our guidance; null if it does nothing. */
type Guider = (config: unknown, steps: number) => Chosen | null;

const dimensions = z
  .union([z.int(), z.array(z.int())])
  .nullable()
  .default(null);

/** By their classes in diffusers, with its defaults. */
const GUIDERS: Readonly<Record<string, Guider>> = {
  ClassifierFreeGuidance: contrast('cfg', {}),
  AutoGuidance: contrast('auto-guidance', {}, () => ({ model: 'weaker' })),
  TangentialClassifierFreeGuidance: contrast('tangential-cfg', {}),
  ClassifierFreeZeroStarGuidance: contrast('cfg-zero-star', { zero_init_steps: z.int().default(1) }, (config) => ({
    zeroSteps: config.zero_init_steps,
  })),
  MagnitudeAwareGuidance: contrast(
    'magnitude-aware',
    { guidance_scale: z.number().default(10), alpha: z.number().default(8) },
    ({ alpha }) => ({ damping: alpha }),
  ),
  AdaptiveProjectedGuidance: contrast(
    'apg',
    {
      adaptive_projected_guidance_momentum: z.number().nullable().default(null),
      adaptive_projected_guidance_rescale: z.number().default(15),
      adaptive_projected_guidance_norm_dim: dimensions,
      eta: z.number().default(1),
    },
    (config) => ({
      momentum: config.adaptive_projected_guidance_momentum ?? 0,
      threshold: config.adaptive_projected_guidance_rescale,
      over: overDimensions(config.adaptive_projected_guidance_norm_dim),
      eta: config.eta,
    }),
  ),
  AdaptiveProjectedMixGuidance: contrast(
    'apg',
    {
      guidance_scale: z.number().default(3.5),
      adaptive_projected_guidance_scale: z.number().default(10),
      adaptive_projected_guidance_momentum: z.number().default(-0.5),
      adaptive_projected_guidance_rescale: z.number().default(10),
      adaptive_projected_guidance_start_step: z.int().default(5),
      eta: z.number().default(0),
    },
    (config) => ({
      scale: config.adaptive_projected_guidance_scale,
      warmup: config.adaptive_projected_guidance_start_step + 1,
      warmupScale: config.guidance_scale,
      momentum: config.adaptive_projected_guidance_momentum,
      threshold: config.adaptive_projected_guidance_rescale,
      eta: config.eta,
    }),
  ),
  PerturbedAttentionGuidance: perturbed('perturbed_guidance'),
  SkipLayerGuidance: perturbed('skip_layer_guidance'),
  SmoothedEnergyGuidance: perturbed('seg_guidance'),
};

/** @throws UngrainError `bad-reference` */
export function chosenBy(guider: string, config: unknown, steps: number): Chosen | null {
  const read = GUIDERS[guider];
  if (!read) throw new UngrainError('bad-reference', `Nothing here is what diffusers calls ${guider}.`);
  return read(config, steps);
}

/** What a norm over these dimensions of [samples, channels, height, width] is taken of. */
function overDimensions(dims: z.output<typeof dimensions>): 'sample' | 'channel' {
  if (dims === null) return 'sample';
  const last = [dims]
    .flat()
    .map((dim) => (dim < 0 ? dim : dim - 4))
    .sort((a, b) => b - a)
    .join();
  if (last === '-1,-2,-3') return 'sample';
  if (last === '-1,-2') return 'channel';
  throw new UngrainError('bad-reference', `Norms over the dimensions ${last} are not offered.`);
}
