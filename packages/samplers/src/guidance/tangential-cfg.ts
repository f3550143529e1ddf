import type { Guidance, Tensor } from '@ungrain/core';
import { z } from 'zod';
import { contrast, contrastOptions, stepAway, scaleOption } from './contrast.js';
import { rescaled, rescaleOption } from './rescale.js';
import { dots, linearByRow } from './rows.js';
import { spaceOption, viewIn } from './space.js';
import { windowed } from './window.js';

const options = windowed(
  z.strictObject({
    scale: scaleOption(7, "γ as in 'cfg'."),
    ...contrastOptions,
    rescale: rescaleOption,
    space: spaceOption('model'),
  }),
);

/**
 * Tangential damping: of the unconditional prediction u only the part along the direction that it shares most with the
 * conditional one c counts, u' = ⟨u, v⟩·v with v the first right singular vector of the rows c and u; then CFG with u'.
 * Kwon et al. 2025, "TCFG: Tangential Damping Classifier-free Guidance". They measure what the model predicts.
 */
export const tangentialCfgGuidance: Guidance<z.output<typeof options>> = {
  name: 'tangential-cfg',
  summary: 'Classifier-free guidance without what the unconditional estimate has to itself.',
  options,
  sets: 'contrast',
  async create({ scale, rescale, space, ...options }, context) {
    const away = stepAway(scale, options.base);
    if (away === 0) return {};
    const view = viewIn(space, context.model);
    return {
      denoise: await contrast(context, options, ({ conditional, unconditional, query: { level } }) => {
        const cond = view.read(conditional, level);
        const shared = sharedPart(view.read(unconditional, level), cond);
        const guided = linearByRow('sample', [1 + away, cond], [-away, shared]);
        return rescaled(view.write(conditional, level, guided), conditional, rescale, level, view);
      }),
    };
  },
};

/**
 * u along the first right singular vector v of the rows c and u. The eigenvector of their 2 × 2 Gram matrix for its larger
 * eigenvalue λ is (cos θ, sin θ) with θ = ½·atan2(2⟨c, u⟩, ‖c‖² − ‖u‖²), and v = (cos θ·c + sin θ·u)/√λ, ⟨u, v⟩ = √λ·sin θ.
 */
function sharedPart(u: Tensor, c: Tensor): Tensor {
  const [cc, cu, uu] = [dots(c, c), dots(c, u), dots(u, u)];
  const angles = cc.map((square, row) => Math.atan2(2 * cu[row]!, square - uu[row]!) / 2);
  return linearByRow(
    'sample',
    [angles.map((angle) => Math.sin(angle) * Math.cos(angle)), c],
    [angles.map((angle) => Math.sin(angle) ** 2), u],
  );
}
