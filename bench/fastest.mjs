/** The fastest of several calls, in milliseconds, after a few to warm up. */
export async function fastest(call, { repeats, warmup }) {
  let best = Infinity;
  for (let i = -warmup; i < repeats; i++) {
    const started = performance.now();
    await call();
    if (i >= 0) best = Math.min(best, performance.now() - started);
  }
  return best;
}
