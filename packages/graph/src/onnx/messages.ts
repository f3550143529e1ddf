import { create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf';
import type { Shape } from '@ungrain/core';
import type { ConstantNode, NodeDType } from '../node.js';
import type { OnnxAttribute } from './emitter.js';

/** Where else a constant lies: a span of a file in the folder that the ONNX file is opened in. */
export interface ExternalConstant {
  /** The file's name, without a path. */
  readonly location: string;
  /** In bytes. */
  readonly offset: number;
  readonly length: number;
  /** What the network sees is float32. */
  readonly dtype: 'float32' | 'float16' | 'bfloat16' | 'int8';
  /** Of int8: where the file has a float32 for each row, by which its numbers are multiplied. */
  readonly scales?: ByteRange;
}

/** In bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

const DATA_TYPES: Record<NodeDType, TensorProto_DataType> = {
  float32: TensorProto_DataType.FLOAT,
  int64: TensorProto_DataType.INT64,
  bool: TensorProto_DataType.BOOL,
};

export const bytesOf = (data: ConstantNode['data']): Uint8Array<ArrayBuffer> =>
  new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);

export function tensorProto(name: string, dtype: NodeDType, shape: Shape, data: ConstantNode['data']): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: DATA_TYPES[dtype],
    dims: shape.map(BigInt),
    rawData: bytesOf(data),
  });
}

const EXTERNAL_TYPES: Record<ExternalConstant['dtype'], TensorProto_DataType> = {
  float32: TensorProto_DataType.FLOAT,
  float16: TensorProto_DataType.FLOAT16,
  bfloat16: TensorProto_DataType.BFLOAT16,
  int8: TensorProto_DataType.INT8,
};

export function externalProto(
  name: string,
  shape: Shape,
  { location, offset, length, dtype }: ExternalConstant,
): TensorProto {
  const entry = (key: string, value: string) => create(StringStringEntryProtoSchema, { key, value });
  return create(TensorProtoSchema, {
    name,
    dataType: EXTERNAL_TYPES[dtype],
    dims: shape.map(BigInt),
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: [entry('location', location), entry('offset', String(offset)), entry('length', String(length))],
  });
}

export function valueInfo(name: string, dtype: NodeDType, shape: Shape): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: 'tensorType',
        value: {
          elemType: DATA_TYPES[dtype],
          shape: { dim: shape.map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } })) },
        },
      },
    },
  });
}

export function nodeProto(
  type: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Record<string, OnnxAttribute> = {},
  domain = '',
): NodeProto {
  return create(NodeProtoSchema, {
    opType: type,
    domain,
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
  });
}

function attributeProto(name: string, value: OnnxAttribute): AttributeProto {
  const { INT, INTS, FLOAT, STRING } = AttributeProto_AttributeType;
  if (typeof value === 'number') return create(AttributeProtoSchema, { name, type: INT, i: BigInt(value) });
  if (typeof value === 'string')
    return create(AttributeProtoSchema, { name, type: STRING, s: new TextEncoder().encode(value) });
  if ('float' in value) return create(AttributeProtoSchema, { name, type: FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: INTS, ints: value.map(BigInt) });
}
