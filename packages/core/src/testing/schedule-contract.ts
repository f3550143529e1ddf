import { logSnr } from '../noise-level.js';
import type { ScheduleEntry } from '../schedule.js';
import { parseOptions } from '../schema.js';
import { law, must, optionLaws, type ContractTest } from './contract.js';

/** Times at which a schedule is looked at, from the noisiest to the cleanest. */
const PLACES = Array.from({ length: 41 }, (_, i) => i / 40);

/** What every schedule keeps to. @param options as a user writes them; the defaults if left out */
export function scheduleContract(entry: ScheduleEntry, options: unknown = {}): readonly ContractTest[] {
  const make = () => entry.create(parseOptions(entry.options, options, `schedule '${entry.name}'`));
  const timesOf = ({ noisiest, cleanest }: ReturnType<typeof make>): readonly number[] =>
    PLACES.map((place) => noisiest + (cleanest - noisiest) * place);
  return [
    ...optionLaws(entry.options),
    law('has α ≥ 0 and σ ≥ 0 at all times, never both 0', () => {
      const schedule = make();
      for (const { alpha, sigma, time } of [...timesOf(schedule).map((time) => schedule.level(time)), schedule.clean])
        must(alpha >= 0 && sigma >= 0 && alpha + sigma > 0, `At time ${time} α is ${alpha} and σ is ${sigma}.`);
      must(schedule.clean.sigma === 0, `The clean level must have no noise, not σ = ${schedule.clean.sigma}.`);
    }),
    law('loses noise from its noisiest to its cleanest time', () => {
      const schedule = make();
      const ratios = timesOf(schedule).map((time) => logSnr(schedule.level(time)));
      ratios.forEach((ratio, i) =>
        must(i === 0 || ratio > ratios[i - 1]!, `The log-SNR must rise: at ${timesOf(schedule)[i]} it is ${ratio}.`),
      );
    }),
    law('finds the time of a log-SNR', () => {
      const schedule = make();
      const extent = Math.abs(schedule.cleanest - schedule.noisiest);
      for (const time of timesOf(schedule).slice(1, -1)) {
        const found = schedule.timeAt(logSnr(schedule.level(time)));
        must(Math.abs(found - time) <= 1e-6 * extent, `timeAt gives ${found} where the time is ${time}.`);
      }
    }),
    law('knows its rate', () => {
      const schedule = make();
      const extent = Math.abs(schedule.cleanest - schedule.noisiest);
      const h = 1e-6 * extent;
      for (const place of PLACES.slice(1, -1)) {
        const low = Math.min(schedule.noisiest, schedule.cleanest);
        // Off trained times, where the interpolation has no kink.
        const time = low + extent * (place + 0.00123);
        if (time + h > low + extent) continue;
        const [before, after] = [schedule.level(time - h), schedule.level(time + h)];
        const rate = schedule.rate(time);
        for (const name of ['alpha', 'sigma'] as const) {
          const slope = (after[name] - before[name]) / (2 * h);
          must(
            Math.abs(rate[name] - slope) <= 1e-4 / extent + 1e-3 * Math.abs(slope),
            `At time ${time} d${name}/dt is given as ${rate[name]}, and is ${slope}.`,
          );
        }
      }
    }),
  ];
}
