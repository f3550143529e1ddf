import { z } from 'zod';
import { createDigits } from '../../digits.js';
import { CLASSES, type FlowKind } from '../../unet.js';
import { drawingFields, type Drawing } from './drawing.js';
import type { Sheet, SheetSource } from './sheet.js';

/** How many samples of each digit a sheet shows. */
const EACH = 4;

export interface FlowDrawing extends Drawing {
  readonly sampleSteps: number;
}

export interface ClassDrawing extends FlowDrawing {
  readonly guidanceScale: number;
}

const fields = {
  ...drawingFields([1, 5, 10]),
  sampleSteps: z.int().min(1).max(10_000).default(50).describe("Euler steps of the figures' samples."),
};

export const flowDrawing = z.strictObject(fields);

export const classDrawing = z.strictObject({
  ...fields,
  guidanceScale: z.number().min(0).max(1000).default(5).describe("γ, the guidance of the figures' samples."),
});

/** Samples of a flow model; where it knows classes, four of each digit. */
export async function flowSheet(
  kind: FlowKind,
  { sampleSteps: steps, drawSeed: seed, ...drawing }: FlowDrawing | ClassDrawing,
  { engine, weights, moment, sample }: SheetSource,
): Promise<Sheet> {
  const model = await createDigits({ engine, weights, kind, name: `digits-${kind}` });
  const scale = 'guidanceScale' in drawing ? drawing.guidanceScale : null;
  try {
    const count = EACH * CLASSES;
    const { data, shape } = await sample(model, {
      ...model.defaults,
      ...{ model: model.name, sampler: { name: 'euler' }, spacing: { name: 'uniform' }, steps, seed, count },
      guidance: scale === null ? [] : [{ name: 'cfg', options: { scale } }],
      conditions: kind === 'class' ? Array.from({ length: count }, (_, i) => i % CLASSES) : [],
    });
    const size = data.length / EACH;
    const rows = Array.from({ length: EACH }, (_, row) => ({
      label: '',
      images: { data: data.subarray(row * size, (row + 1) * size), shape: [CLASSES, ...shape.slice(1)] },
    }));
    return {
      name: `samples-${moment.slug}`,
      title: `samples ${moment.text}`,
      caption: `${steps} Euler steps${scale === null ? '' : `, γ = ${scale}`}, noise of seed ${seed}.`,
      ...(kind === 'class' && { columns: Array.from({ length: CLASSES }, (_, digit) => String(digit)) }),
      rows,
    };
  } finally {
    await model.dispose();
  }
}
