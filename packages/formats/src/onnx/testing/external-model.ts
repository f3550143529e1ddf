import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
  TensorProtoSchema,
  type GraphProtoSchema,
  type TensorProto,
} from 'onnx-buf';

/** A tensor `w` of one float32, or as told, whose data lies elsewhere. */
export const externalTensor = (
  external: Readonly<Record<string, string>>,
  others: MessageInitShape<typeof TensorProtoSchema> = {},
): TensorProto =>
  create(TensorProtoSchema, {
    name: 'w',
    dataType: TensorProto_DataType.FLOAT,
    dims: [1n],
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries(external).map(([key, value]) => ({ key, value })),
    ...others,
  });

/** The bytes of a model with this graph. */
export const modelOf = (graph: MessageInitShape<typeof GraphProtoSchema>): Uint8Array =>
  toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 9n, graph }));

/** A model whose one weight is `externalTensor`. */
export const externalModel = (external: Readonly<Record<string, string>>): Uint8Array =>
  modelOf({ initializer: [externalTensor(external)] });
