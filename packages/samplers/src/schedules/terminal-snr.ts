/**
 * The β of a schedule whose last level has no data left, from those of one whose last level still shows some:
 * √ᾱ is shifted by its last value and scaled so that the first stays what it was.
 *
 * Lin et al. 2023, "Common Diffusion Noise Schedules and Sample Steps are Flawed", algorithm 1.
 */
export function withTerminalSnr(betas: readonly number[]): readonly number[] {
  let kept = 1;
  const roots = betas.map((beta) => Math.sqrt((kept *= 1 - beta)));
  const [first, last] = [roots[0]!, roots.at(-1)!];
  if (roots.length === 1) return [1];
  const rescaled = roots.map((root) => ((root - last) * (first / (first - last))) ** 2);
  return rescaled.map((now, t) => 1 - (t === 0 ? now : now / rescaled[t - 1]!));
}
