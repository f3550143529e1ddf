import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type ValueInfoProto } from 'onnx-buf';

/** An input or output of an ONNX file; open dimensions are names. */
export interface OnnxPortShape {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

/** What a file of `writeOnnx` takes and gives. */
export function onnxPorts(bytes: Uint8Array): {
  readonly inputs: readonly OnnxPortShape[];
  readonly outputs: readonly OnnxPortShape[];
} {
  const { input, output } = fromBinary(ModelProtoSchema, bytes).graph!;
  return { inputs: input.map(portOf), outputs: output.map(portOf) };
}

function portOf({ name, type }: ValueInfoProto): OnnxPortShape {
  const dimensions = type?.value.case === 'tensorType' ? (type.value.value.shape?.dim ?? []) : [];
  return {
    name,
    shape: dimensions.map(({ value }) => (value.case === 'dimParam' ? value.value : Number(value.value))),
  };
}
