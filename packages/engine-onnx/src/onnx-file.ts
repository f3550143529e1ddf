import { stat } from 'node:fs/promises';
import { formatShape, suggestion, UngrainError, type Value } from '@ungrain/core';
import { checkOnnxModel } from '@ungrain/formats/files';
import * as ort from 'onnxruntime-node';
import { sessionOptions, type OnnxEngineOptions } from './session.js';

/** An input or output of an ONNX file. Dimensions that the file leaves open are names or empty. */
export interface OnnxPort {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly (number | string)[];
}

/** An ONNX file, ready to run. */
export interface OnnxFile {
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  /**
   * Runs it once; outputs by name.
   * @throws UngrainError `bad-input` if an input is missing, unknown, or of another shape or dtype
   */
  run(inputs: Readonly<Record<string, Value>>): Promise<Record<string, Value>>;
  dispose(): Promise<void>;
}

/**
 * Opens an ONNX file made elsewhere. Where it says that its data lies in other files, these have to be in its folder.
 * @throws UngrainError `missing-file` if it cannot be read, `bad-onnx` if ONNX Runtime cannot run it, or must not
 */
export async function openOnnxFile(path: string, options: OnnxEngineOptions = {}): Promise<OnnxFile> {
  if (!(await stat(path).catch(() => null))?.isFile())
    throw new UngrainError('missing-file', `There is no ONNX file ${path}.`);
  await checkOnnxModel(path);
  const session = await ort.InferenceSession.create(path, sessionOptions(options)).catch((cause: unknown) => {
    throw new UngrainError(
      'bad-onnx',
      `${path} is no ONNX file that ONNX Runtime can run: ${reasonOf(cause)}`,
      'failure',
      { cause },
    );
  });
  const inputs = session.inputMetadata.map(portOf);
  return {
    inputs,
    outputs: session.outputMetadata.map(portOf),
    async run(values) {
      for (const name of Object.keys(values))
        if (!inputs.some((port) => port.name === name))
          throw new UngrainError('bad-input', `${path} has no input '${name}'${suggestion(name, session.inputNames)}`);
      const feeds = Object.fromEntries(inputs.map((port) => [port.name, feed(path, port, values[port.name])]));
      const results = await session.run(feeds);
      return Object.fromEntries(
        Object.entries(results).map(([name, { type, data, dims }]) => [
          name,
          { dtype: type, data, shape: dims } as Value,
        ]),
      );
    },
    dispose: () => session.release(),
  };
}

function portOf(metadata: ort.InferenceSession.ValueMetadata): OnnxPort {
  if (!metadata.isTensor) throw new UngrainError('bad-onnx', `'${metadata.name}' is not a tensor.`, 'failure');
  return { name: metadata.name, dtype: metadata.type, shape: metadata.shape };
}

function feed(path: string, { name, dtype, shape }: OnnxPort, value: Value | undefined): ort.Tensor {
  const fits =
    value?.dtype === dtype &&
    value.shape.length === shape.length &&
    value.shape.every((size, i) => typeof shape[i] !== 'number' || shape[i] === size);
  if (!fits)
    throw new UngrainError(
      'bad-input',
      `${path} wants input '${name}' as ${dtype} [${shape.join(', ')}], not ${value ? `as ${value.dtype} ${formatShape(value.shape)}` : 'nothing'}.`,
    );
  return new ort.Tensor(dtype as 'float32', value.data as Float32Array, value.shape); // any dtype that ONNX Runtime knows
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!;
