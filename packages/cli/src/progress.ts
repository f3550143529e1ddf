/** A bar on the terminal; nothing at all where stderr is no terminal. */
export interface Progress {
  /** @param total where it is known only by now */
  update(done: number, details?: Readonly<Record<string, string>>, total?: number): void;
  /** Begins to count anew, with a new total. */
  restart(total: number, details: Readonly<Record<string, string>>): void;
  stop(): void;
}

const SILENT: Progress = { update: () => undefined, restart: () => undefined, stop: () => undefined };

/**
 * @param format in cli-progress's terms: `{bar} {value}/{total} {loss}`
 * @param total what `done` counts up to
 * @param details what stands in the format's other places at first
 */
export async function startProgress(
  format: string,
  total: number,
  silent: boolean,
  details: Readonly<Record<string, string>> = {},
): Promise<Progress> {
  if (silent || !process.stderr.isTTY) return SILENT;
  const { SingleBar, Presets } = (await import('cli-progress')).default;
  const bar = new SingleBar({ format, clearOnComplete: true, hideCursor: true, etaBuffer: 50 }, Presets.shades_classic);
  bar.start(total, 0, details);
  return {
    update(done, details = {}, newTotal = bar.getTotal()) {
      if (newTotal !== bar.getTotal()) bar.setTotal(newTotal);
      bar.update(done, details);
    },
    restart(total, details) {
      bar.stop();
      bar.start(total, 0, details);
    },
    stop: () => bar.stop(),
  };
}
