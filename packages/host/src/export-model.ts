import { suggestion, UngrainError, type Tensor } from '@ungrain/core';
import { writeSafetensors } from '@ungrain/formats';
import { onnxPorts, writeOnnx, writeOnnxForAnyBatch, type OnnxPortShape } from '@ungrain/graph';
import { checkWeights, hiddenOf, UNET_MODELS, unetNetwork } from '@ungrain/models-mnist';
import { checkOutputFile } from './output-files.js';
import { writeWhole } from './outputs.js';
import { readWeights, shippedWeights } from './weights.js';

export const EXPORT_FORMATS = ['onnx', 'safetensors'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportRequest {
  readonly model: string;
  readonly format: ExportFormat;
  readonly out: string;
  /** A file of weights for the same network; the model's own by default. */
  readonly weights?: string | undefined;
  /** ONNX: images that a run takes; any number by default. */
  readonly rows?: number | undefined;
}

export interface ExportReport {
  /** ONNX: what the network takes and gives; a dimension that is open is a name. */
  readonly inputs: readonly OnnxPortShape[];
  readonly outputs: readonly OnnxPortShape[];
}

/**
 * Writes a model's network with its weights as an ONNX file, or its weights alone, as float32.
 * @throws UngrainError `unknown-model`, `no-weights`, `file-not-read`, `bad-safetensors`, `weights-mismatch`, and as `checkOutputFile`
 * and `writeWhole` do
 */
export async function exportModel({ model, format, out, weights: path, rows }: ExportRequest): Promise<ExportReport> {
  const kind = UNET_MODELS.get(model);
  if (!kind)
    throw new UngrainError(
      'unknown-model',
      `There is no model '${model}' to export${suggestion(model, [...UNET_MODELS.keys()])}`,
    );
  await checkOutputFile(out, [format]);
  const { tensors } = await readWeights(path ?? shippedWeights(model));
  const build = (count: number) => unetNetwork({ name: model, kind, hidden: hiddenOf(tensors), rows: count });
  const { declarations } = build(1);
  checkWeights(tensors, declarations);
  const constants = new Map<string, Tensor>(declarations.map(({ name }) => [name, tensors.get(name)!]));
  if (format === 'safetensors') {
    const values = [...constants].map(([name, tensor]) => [name, { dtype: 'float32', ...tensor }] as const);
    await writeWhole(out, writeSafetensors(new Map(values)));
    return { inputs: [], outputs: [] };
  }
  const bytes =
    rows === undefined
      ? writeOnnxForAnyBatch((count) => build(count).graph, { constants })
      : writeOnnx(build(rows).graph, { constants });
  await writeWhole(out, bytes);
  return onnxPorts(bytes);
}
