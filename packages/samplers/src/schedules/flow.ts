import { straightPath, type ScheduleEntry } from '@ungrain/core';
import { z } from 'zod';

const options = z.strictObject({});

/** The straight path of flow matching, as the course counts its time. It stands in core: see `straightPath`. */
export const flowSchedule: ScheduleEntry<z.output<typeof options>> = {
  name: 'flow',
  summary: 'The straight path of flow matching, from noise at time 0 to data at time 1.',
  options,
  create: () => straightPath,
};
