import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type ModelProto, type TensorProto } from 'onnx-buf';
import { quoted, type Refuse } from '../refusal.js';

/** A model's structure as its file has it. */
export function parseModel(bytes: Uint8Array, refuse: Refuse): ModelProto {
  const model = decode(bytes) ?? refuse('it is damaged, or something else');
  if (!model.graph) refuse('it has no graph');
  return model;
}

function decode(bytes: Uint8Array): ModelProto | null {
  try {
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch {
    return null; // cut off, of an unknown encoding, or nested without end
  }
}

/** Every tensor of a model, wherever it stands: initializers, attributes, branches, functions, sparse ones. */
export function* tensorsOf(model: ModelProto): Iterable<TensorProto> {
  const pending: unknown[] = [model];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) continue;
    if (isTensor(value)) yield value;
    else for (const member of Object.values(value)) pending.push(member);
  }
}

const isTensor = (value: object): value is TensorProto =>
  '$typeName' in value && value.$typeName === 'onnx.TensorProto';

/** How messages about a tensor begin. */
export const refusalOf =
  ({ name }: TensorProto, refuse: Refuse): Refuse =>
  (reason) =>
    refuse(`of its tensor ${quoted(name)}: ${reason}`);
