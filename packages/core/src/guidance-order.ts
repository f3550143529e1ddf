import { UngrainError } from './errors.js';
import type { Guidance } from './guidance.js';
import type { Sampler } from './sampler.js';

/** What only one guidance of a list may decide. */
const DECIDED_ONCE = {
  start: 'where the run begins',
  contrast: 'how far to go from the estimate without the condition',
} as const;

/**
 * Refuses lists of guidances that cannot mean what they say, alone or with a sampler.
 * @throws UngrainError `guidance-conflict`, `guidance-order`, `guidance-sampler`
 */
export function checkGuidances(guidances: readonly Guidance[], sampler: Pick<Sampler, 'name' | 'uses'>): void {
  for (const [aspect, what] of Object.entries(DECIDED_ONCE)) {
    const [first, second] = guidances.filter(({ sets }) => sets === aspect);
    if (second)
      throw new UngrainError(
        'guidance-conflict',
        `Guidances '${first!.name}' and '${second.name}' both decide ${what}; keep one of them.`,
      );
  }
  refuseInside(
    guidances,
    ({ place }) => place === 'outermost',
    ({ place }) => place !== 'outermost',
    'must see the final estimate',
  );
  refuseInside(
    guidances,
    ({ sets }) => sets === 'condition',
    ({ sets }) => sets === 'contrast',
    'chooses conditions',
  );
  const needing = guidances.find(({ needs }) => needs === 'noise');
  if (needing && sampler.uses === 'data')
    throw new UngrainError(
      'guidance-sampler',
      `Guidance '${needing.name}' works by the noise that a step puts back, and sampler '${sampler.name}' makes its own; ` +
        `choose one that takes it from the estimate, such as ddim.`,
    );
}

/** Refuses lists in which a guidance of the first kind comes after one of the second. */
function refuseInside(
  guidances: readonly Guidance[],
  inner: (guidance: Guidance) => boolean,
  wrapper: (guidance: Guidance) => boolean,
  why: string,
): void {
  const outside = guidances.findIndex(wrapper);
  const inside = guidances.findIndex((guidance, i) => outside >= 0 && i > outside && inner(guidance));
  if (inside < 0) return;
  throw new UngrainError(
    'guidance-order',
    `Guidance '${guidances[inside]!.name}' ${why}, but comes after '${guidances[outside]!.name}', ` +
      `which would wrap it; list it first.`,
  );
}
