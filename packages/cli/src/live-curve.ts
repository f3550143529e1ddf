import { dotCurve } from './dot-curve.js';

/** A learning curve on the terminal that is drawn again as it grows; nothing at all where stderr is no terminal. */
export interface LiveCurve {
  /** @param status the line below the curve */
  update(loss: number, status: string): void;
  stop(): void;
}

const ROWS = 10;
const MOST_COLUMNS = 72;
const REDRAWN_AFTER_MS = 200;

export function startLiveCurve(silent: boolean, stream: NodeJS.WriteStream = process.stderr): LiveCurve {
  if (silent || !stream.isTTY) return { update: () => undefined, stop: () => undefined };
  const losses: number[] = [];
  let drawn = 0;
  let last = { time: -Infinity, status: '' };
  const draw = (status: string): void => {
    const columns = Math.max(10, Math.min(MOST_COLUMNS, (stream.columns || 80) - 12));
    const lines = [...dotCurve(losses, { columns, rows: ROWS }), status.slice(0, (stream.columns || 80) - 1)];
    const up = drawn > 0 ? `\x1b[${drawn}A` : '';
    stream.write(`${up}${lines.map((line) => `\x1b[2K${line}\n`).join('')}`);
    drawn = lines.length;
    last = { time: performance.now(), status };
  };
  return {
    update(loss, status) {
      losses.push(loss);
      if (performance.now() - last.time >= REDRAWN_AFTER_MS) draw(status);
      else last = { ...last, status };
    },
    stop: () => (losses.length > 0 ? draw(last.status) : undefined),
  };
}
