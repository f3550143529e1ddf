import type { RunSpec } from '@ungrain/core';

/** The longest label, in characters. */
const LONGEST = 40;

/** What each sample shows, in letters that file names can have: `7`, `a-red-fox`, or `any` without a condition. */
export function sampleLabels({ conditions, count }: Pick<RunSpec, 'conditions' | 'count'>): readonly string[] {
  return Array.from({ length: count }, (_, i) => labelOf(conditions.length === count ? conditions[i] : conditions[0]));
}

function labelOf(condition: unknown): string {
  if (condition === undefined || condition === null) return 'any';
  const text = typeof condition === 'string' ? condition : JSON.stringify(condition);
  const slug = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST);
  return slug.replace(/^-|-$/g, '') || 'any';
}
