import { appendFile, open, readFile } from 'node:fs/promises';
import { writeFileAtomic } from '@ungrain/formats/files';
import { z } from 'zod';
import { parseJson } from './parse-json.js';

const schema = z.object({
  step: z.int().min(1),
  epoch: z.int().min(0),
  loss: z.number(),
  meanLoss: z.number(),
  learningRate: z.number(),
  gradientNorm: z.number().optional(),
  seconds: z.number().min(0),
});

/** What is recorded of a step. */
export interface StepMetrics {
  /** Counts from 1. */
  readonly step: number;
  /** Counts from 0. */
  readonly epoch: number;
  readonly loss: number;
  /** The mean loss of the last 50 steps. */
  readonly meanLoss: number;
  readonly learningRate: number;
  readonly gradientNorm?: number | undefined;
  /** Since the beginning of the run, the time between its sessions left out. */
  readonly seconds: number;
}

/** The metrics of a run: JSON lines, one a step, in order. */
export class MetricsFile {
  constructor(readonly path: string) {}

  async add(metrics: StepMetrics): Promise<void> {
    const { step, epoch, loss, meanLoss, learningRate, gradientNorm, seconds } = metrics;
    const line = { step, epoch, loss, meanLoss, learningRate, gradientNorm, seconds };
    await appendFile(this.path, `${JSON.stringify(line)}\n`);
  }

  /** Sees to it that what was added survives the machine. */
  async sync(): Promise<void> {
    const file = await open(this.path, 'a');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** All whole lines; a killed run may have left half of one at the end. */
  async read(): Promise<StepMetrics[]> {
    const text = await readFile(this.path, 'utf8').catch(() => '');
    return text.split('\n').flatMap((line) => {
      const metrics = schema.safeParse(parseJson(line));
      return metrics.success ? [metrics.data] : [];
    });
  }

  /** Drops the lines of steps that a killed run did after its last checkpoint: they are done again. */
  async forgetAfter(step: number): Promise<void> {
    const kept = (await this.read()).filter((metrics) => metrics.step <= step);
    await writeFileAtomic(this.path, kept.map((metrics) => `${JSON.stringify(metrics)}\n`).join(''));
  }
}
