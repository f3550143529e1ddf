import { equals, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  type GraphProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf';
import { UngrainError } from '@ungrain/core';
import type { Graph } from '../graph.js';
import { writeOnnx, type WriteOptions } from './writer.js';

/** Two sizes that no network has as a size of something else. */
const [ROWS, OTHER_ROWS] = [1009, 1013] as const;
/** In a Reshape: whatever is left. */
const REST = -1n;
/** What the open dimension is called in the file. */
export const BATCH = 'rows';

/**
 * A network as an ONNX file for batches of any size. Graphs have static shapes; this one is built for two sizes, and
 * the two files are compared. Where they differ, one has to say the one size and the other the other, as a dimension of
 * an input or output, which is left open, or in the target of a Reshape, which is told to find out.
 *
 * @param build the network for so many rows
 * @throws UngrainError `batch-fixed` if they differ in anything else
 */
export function writeOnnxForAnyBatch(build: (rows: number) => Graph, options: WriteOptions = {}): Uint8Array {
  const model = fromBinary(ModelProtoSchema, writeOnnx(build(ROWS), options));
  const other = fromBinary(ModelProtoSchema, writeOnnx(build(OTHER_ROWS), options)).graph!;
  const graph = model.graph!;
  const same =
    graph.node.length === other.node.length &&
    graph.node.every((node, i) => equals(NodeProtoSchema, node, other.node[i]!)) &&
    graph.initializer.length === other.initializer.length;
  if (!same) throw batchFixed(graph);
  for (const [i, tensor] of graph.initializer.entries()) openTarget(graph, tensor, other.initializer[i]!);
  for (const port of [...graph.input, ...graph.output]) openDimensions(port);
  return toBinary(ModelProtoSchema, model);
}

/** Makes the target of a Reshape find the batch out by itself. */
function openTarget(graph: GraphProto, tensor: TensorProto, other: TensorProto): void {
  if (equals(TensorProtoSchema, tensor, other)) return;
  const users = graph.node.filter(({ input }) => input.includes(tensor.name));
  const isTarget = users.every(({ opType, input }) => opType === 'Reshape' && input.indexOf(tensor.name) === 1);
  const isList =
    (tensor.dataType as TensorProto_DataType) === TensorProto_DataType.INT64 &&
    tensor.rawData.length === other.rawData.length;
  if (!isTarget || !isList) throw batchFixed(graph);
  const [sizes, otherSizes] = [tensor, other].map(({ rawData }) => new BigInt64Array(rawData.slice().buffer)) as [
    BigInt64Array<ArrayBuffer>,
    BigInt64Array<ArrayBuffer>,
  ];
  const changed = [...sizes.keys()].filter((i) => sizes[i] !== otherSizes[i]);
  const [only] = changed;
  if (changed.length !== 1 || sizes[only!] !== BigInt(ROWS) || otherSizes[only!] !== BigInt(OTHER_ROWS))
    throw batchFixed(graph);
  sizes[only!] = REST;
  tensor.rawData = new Uint8Array(sizes.buffer);
}

function openDimensions({ type }: ValueInfoProto): void {
  if (type?.value.case !== 'tensorType') return;
  for (const dimension of type.value.value.shape?.dim ?? [])
    if (dimension.value.case === 'dimValue' && dimension.value.value === BigInt(ROWS))
      dimension.value = { case: 'dimParam', value: BATCH };
}

const batchFixed = ({ name }: GraphProto): UngrainError =>
  new UngrainError(
    'batch-fixed',
    `The network '${name}' cannot be written for batches of any size; name the number of rows.`,
  );
