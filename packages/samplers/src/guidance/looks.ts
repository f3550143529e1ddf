import {
  linear,
  type Conditioning,
  type Denoised,
  type Denoiser,
  type Query,
  type RunContext,
  type Tensor,
  type ViewTransform,
} from '@ungrain/core';

/** One of several ways to look at a sample: through a view, for a condition of its own. */
export interface Look {
  readonly view: ViewTransform;
  /** `null`: the sample's own. */
  readonly condition: Conditioning | null;
  /** Of its estimate in the sum of all. */
  readonly weight: number;
}

/** @param conditions one for each view, `null` for the sample's own; none at all if empty */
export async function createLooks(
  { view, condition }: Pick<RunContext, 'view' | 'condition'>,
  views: readonly string[],
  conditions: readonly unknown[],
  weights: readonly number[],
): Promise<readonly Look[]> {
  const looks: Look[] = [];
  for (const [i, text] of views.entries()) {
    const raw = conditions[i] ?? null;
    looks.push({ view: view(text), condition: raw === null ? null : await condition(raw), weight: weights[i]! });
  }
  return looks;
}

/**
 * Asks about each query through all looks, in one call, and adds up what comes back: Σ weight·view⁻¹(estimate). A learned
 * variance is the mean, weighed alike.
 */
export async function lookThrough(
  looks: readonly Look[],
  inner: Denoiser,
  ...[queries, at]: Parameters<Denoiser>
): Promise<readonly Denoised[]> {
  const answers = await inner(
    looks.flatMap((look) => queries.map((query) => seen(query, look))),
    at,
  );
  const weight = looks.reduce((sum, look) => sum + look.weight, 0);
  return queries.map((_, i) => {
    const estimates = looks.map((look, k) => ({ ...look, answer: answers[k * queries.length + i]! }));
    const sum = (part: 'data' | 'noise'): Tensor =>
      linear(...estimates.map(({ view, weight, answer }) => [weight, view.inverse(answer[part])] as const));
    const variances = estimates.flatMap(({ view, weight: share, answer: { variance } }) =>
      variance ? [[share / weight, view.inverseVariance(variance)] as const] : [],
    );
    return {
      data: sum('data'),
      noise: sum('noise'),
      ...(variances.length > 0 && { variance: linear(...variances) }),
    };
  });
}

const seen = ({ x, conditions, aligned, ...query }: Query, { view, condition }: Look): Query => ({
  ...query,
  x: view.forward(x),
  conditions: condition === null ? conditions : conditions.map(() => condition),
  ...(aligned && { aligned: view.forward(aligned) }),
});
