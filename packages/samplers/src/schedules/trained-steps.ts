import { z } from 'zod';

/** The option that all schedules of trained times have. */
export const trainedSteps = z.int().min(1).max(100_000).default(1000).describe('The number of times it is trained at.');
