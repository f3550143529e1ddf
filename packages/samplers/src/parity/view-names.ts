import { UngrainError } from '@ungrain/core';
import { z } from 'zod';

/** The settings of a view of visual_anagrams, as an index names them; what is missing has the library's default. */
export const viewSettings = z.object({
  name: z.string(),
  note: z.string().optional(),
  skew_factor: z.number().default(1.5),
  num_patches: z.int().default(8),
  torch_seed: z.int().optional(),
  perm: z.array(z.int()).optional(),
  numpy_seed: z.int().default(11),
  factor: z.number().optional(),
  scale: z.number().default(0.5),
  sigma: z.number().default(2),
  sigma_1: z.number().default(1),
  sigma_2: z.number().default(2),
  kernel_size: z.int().default(33),
  size: z.int().default(7),
  angle: z.number().default(135),
});
export type ViewSettings = z.output<typeof viewSettings>;

const band = (name: string) => (settings: ViewSettings) =>
  `band-pass:band=${name}:fine=${settings.sigma_1}:coarse=${settings.sigma_2}:kernel=${settings.kernel_size}`;

/** Ours for each of the library's names; a name with a suffix is that of the longest beginning. */
const VIEWS: Readonly<Record<string, (settings: ViewSettings) => string>> = {
  identity: () => 'identity',
  flip: () => 'flip',
  rotate_cw: () => 'rotate90',
  rotate_ccw: () => 'rotate270',
  rotate_180: () => 'rotate180',
  negate: () => 'negate',
  skew: ({ skew_factor }) => `skew:factor=${skew_factor}`,
  patch_permute: ({ num_patches, torch_seed = 0 }) => `patch-permute:patches=${num_patches}:seed=${torch_seed}`,
  pixel_permute: ({ torch_seed = 0 }) => `pixel-permute:seed=${torch_seed}`,
  jigsaw: ({ numpy_seed }) => `jigsaw:seed=${numpy_seed}`,
  inner_circle: () => 'inner-circle',
  inner_circle_failure: ({ angle }) => `inner-rotate:degrees=${angle}`,
  square_hinge: () => 'square-hinge',
  white_balance_failure: ({ factor = 1.5 }) => `white-balance:factor=${factor}`,
  blur_failure: ({ name, factor = 8 }) => `blur:factor=${factor}:antialias=${!name.endsWith('antialias_false')}`,
  scale: ({ scale }) => `scale:factor=${scale}`,
  grayscale: () => 'grey',
  color: () => 'colour',
  low_pass: ({ sigma, kernel_size }) => `low-pass:sigma=${sigma}:kernel=${kernel_size}`,
  high_pass: ({ sigma, kernel_size }) => `high-pass:sigma=${sigma}:kernel=${kernel_size}`,
  triple_low_pass: band('low'),
  triple_medium_pass: band('medium'),
  triple_high_pass: band('high'),
  motion: ({ size }) => `motion:size=${size}`,
  motion_res: ({ size }) => `motion-rest:size=${size}`,
};

/** The text of the view that visual_anagrams calls so. @throws UngrainError `bad-reference` */
export function viewText(settings: ViewSettings): string {
  const { name } = settings;
  const known = Object.keys(VIEWS)
    .filter((key) => name === key || name.startsWith(`${key}_`))
    .sort((a, b) => b.length - a.length)[0];
  if (known === undefined) throw new UngrainError('bad-reference', `No view here is visual_anagrams' '${name}'.`);
  return VIEWS[known]!(settings);
}
