import { create, toBinary } from '@bufbuild/protobuf';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProto_DataType,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf';
import { sizeOf, type Shape, type Tensor } from '@ungrain/core';
import { RESERVED, topological, type Graph } from '../graph.js';
import type { ConstantNode, Node, NodeDType } from '../node.js';
import { WIDENED_ELEMENTS, type Emitter, type OnnxAttribute } from './emitter.js';
import {
  bytesOf,
  externalProto,
  nodeProto,
  tensorProto,
  valueInfo,
  type ByteRange,
  type ExternalConstant,
} from './messages.js';

/** The ONNX operator set that graphs are written in, and the file format version that it came with. */
export const OPSET = 20;
const IR_VERSION = 9n;

/** The output that carries a state's next value. */
export const nextName = (state: string): string => `${state}/next`;

export interface WriteOptions {
  /** States that become constants of the file instead of inputs. */
  readonly constants?: ReadonlyMap<string, Tensor | ExternalConstant>;
}

/**
 * A graph as an ONNX file. Inputs and states become ONNX inputs of their names; outputs keep theirs, updates are
 * outputs named `STATE/next`.
 */
export function writeOnnx(graph: Graph, { constants = new Map() }: WriteOptions = {}): Uint8Array {
  const writer = new Writer();
  const names = new Map<Node, string>();
  const nameOf = (node: Node): string => names.get(node)!;
  const roots = [...graph.outputs.values(), ...graph.updates.values()];

  const inputs: ValueInfoProto[] = [];
  for (const node of [...graph.inputs.values(), ...graph.states.values()]) {
    const fixed = node.kind === 'state' ? constants.get(node.name) : undefined;
    if (fixed && 'location' in fixed) writer.external(node.name, node.shape, fixed);
    else if (fixed) writer.initializers.push(tensorProto(node.name, 'float32', node.shape, fixed.data));
    else inputs.push(valueInfo(node.name, node.dtype, node.shape));
  }

  for (const node of topological(roots)) {
    if (node.kind === 'operation')
      names.set(node, node.operator.onnx(writer, node.inputs.map(nameOf), node, node.attributes));
    else if (node.kind === 'constant') names.set(node, writer.constant(node));
    else names.set(node, node.name);
  }

  const outputs: ValueInfoProto[] = [];
  const give = (name: string, node: Node): void => {
    writer.give(nameOf(node), name);
    outputs.push(valueInfo(name, node.dtype, node.shape));
  };
  graph.outputs.forEach((node, name) => give(name, node));
  graph.updates.forEach((node, name) => give(nextName(name), node));

  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: 'ungrain',
    opsetImport: [...writer.domains].map((domain) =>
      create(OperatorSetIdProtoSchema, { domain, version: BigInt(domain === '' ? OPSET : 1) }),
    ),
    graph: create(GraphProtoSchema, {
      name: graph.name,
      node: writer.allNodes(),
      initializer: writer.initializers,
      input: inputs,
      output: outputs,
    }),
  });
  return toBinary(ModelProtoSchema, model);
}

interface NarrowConstant {
  readonly shape: Shape;
  readonly constant: ExternalConstant;
}

/** The rows of a narrow matrix in blocks of `WIDENED_ELEMENTS` each: they lie one after another in its file. */
function blocksOf({ shape, constant }: NarrowConstant): readonly NarrowConstant[] {
  const [rows = 1, ...others] = shape;
  const columns = sizeOf(others);
  const most = Math.max(1, Math.floor(WIDENED_ELEMENTS / columns));
  return Array.from({ length: Math.ceil(rows / most) }, (_, i) => {
    const start = i * most;
    const count = Math.min(most, rows - start);
    const part = ({ offset, length }: ByteRange): ByteRange => ({
      offset: offset + (length / rows) * start,
      length: (length / rows) * count,
    });
    const { scales } = constant;
    return {
      shape: [count, ...others],
      constant: { ...constant, ...part(constant), ...(scales && { scales: part(scales) }) },
    };
  });
}

/** Collects nodes and constants, each distinct one once. */
class Writer implements Emitter {
  /** Constants that are stored in a narrower type than they are used in. */
  private readonly narrow = new Map<string, NarrowConstant>();
  private readonly widenings: NodeProto[] = [];
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly domains = new Set(['']);
  private readonly known = new Map<string, string>();
  /** What nodes compute and is no output of the file yet. */
  private readonly computed = new Set<string>();
  private readonly outputNames = new Map<string, string>();
  private count = 0;

  node(type: string, inputs: readonly string[], attributes: Record<string, OnnxAttribute> = {}, domain = ''): string {
    return this.add(type, inputs, 1, attributes, domain);
  }

  nodeOutput(
    type: string,
    inputs: readonly string[],
    index: number,
    outputs: number,
    attributes: Record<string, OnnxAttribute> = {},
  ): string {
    const first = this.add(type, inputs, outputs, attributes, '');
    return index === 0 ? first : `${first}.${index}`;
  }

  float(value: number): string {
    return this.floats(Float32Array.of(value), []);
  }

  floats(data: Float32Array, shape: Shape): string {
    return this.initializer('float32', shape, data);
  }

  ints(values: readonly number[]): string {
    return this.initializer('int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  constant(node: ConstantNode): string {
    return this.initializer(node.dtype, node.shape, node.data);
  }

  picked(name: string, pick: (stored: string) => string): string {
    const narrow = this.narrow.get(name);
    if (!narrow || narrow.constant.scales) return pick(name);
    return this.node('Cast', [pick(this.stored(name, narrow))], { to: TensorProto_DataType.FLOAT });
  }

  rowBlocks(name: string): readonly string[] {
    const narrow = this.narrow.get(name);
    const blocks = narrow ? blocksOf(narrow) : [];
    if (blocks.length <= 1) return [name];
    return blocks.map((block, i) => {
      const part = `${RESERVED}rows/${i}/${name}`;
      if (!this.known.has(part)) this.widenings.push(this.widening(part, block));
      this.known.set(part, part);
      return part;
    });
  }

  external(name: string, shape: Shape, constant: ExternalConstant): void {
    if (constant.dtype === 'float32') this.initializers.push(externalProto(name, shape, constant));
    else this.narrow.set(name, { shape, constant });
  }

  /** Makes a value an output of the file: under its own name if a node computes it, which saves a copy. */
  give(value: string, output: string): void {
    if (this.computed.delete(value)) this.outputNames.set(value, output);
    else this.nodes.push(nodeProto('Identity', [value], [output]));
  }

  /**
   * What widens constants stands before all other nodes: of the operands of a node ONNX Runtime computes first what was written
   * last, and so each constant is widened right before it is used, not all of them at the start.
   */
  allNodes(): NodeProto[] {
    const used = new Set(this.nodes.flatMap(({ input }) => input));
    const whole = [...this.narrow].filter(([name]) => used.has(name));
    const renamed = (names: readonly string[]): string[] => names.map((name) => this.outputNames.get(name) ?? name);
    for (const node of this.nodes) {
      node.input = renamed(node.input);
      node.output = renamed(node.output);
    }
    return [...this.widenings, ...whole.map(([name, narrow]) => this.widening(name, narrow)), ...this.nodes];
  }

  /** The node that makes a float32 of what is stored. */
  private widening(name: string, narrow: NarrowConstant): NodeProto {
    const { shape, constant } = narrow;
    const { location, scales } = constant;
    const stored = this.stored(name, narrow);
    if (!scales) return nodeProto('Cast', [stored], [name], { to: TensorProto_DataType.FLOAT });
    const factors = `${RESERVED}scales/${name}`;
    this.initializers.push(externalProto(factors, shape.slice(0, 1), { location, dtype: 'float32', ...scales }));
    return nodeProto('DequantizeLinear', [stored, factors], [name], { axis: 0 });
  }

  private stored(name: string, { shape, constant }: NarrowConstant): string {
    const stored = `${RESERVED}stored/${name}`;
    if (!this.known.has(stored)) this.initializers.push(externalProto(stored, shape, constant));
    this.known.set(stored, stored);
    return stored;
  }

  private add(
    type: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Record<string, OnnxAttribute>,
    domain: string,
  ): string {
    const key = JSON.stringify([type, inputs, outputs, attributes, domain]);
    const known = this.known.get(key);
    if (known) return known;
    const name = `${RESERVED}${type.toLowerCase()}_${this.count++}`;
    const names = Array.from({ length: outputs }, (_, i) => (i === 0 ? name : `${name}.${i}`));
    this.nodes.push(nodeProto(type, inputs, names, attributes, domain));
    this.domains.add(domain);
    this.known.set(key, name);
    names.forEach((output) => this.computed.add(output));
    return name;
  }

  private initializer(dtype: NodeDType, shape: Shape, data: ConstantNode['data']): string {
    const bytes = bytesOf(data);
    const key = bytes.length <= 64 ? `${dtype} ${shape.join()} ${bytes.join()}` : null; // large ones are rarely twins
    const known = key === null ? undefined : this.known.get(key);
    if (known) return known;
    const name = `${RESERVED}constant_${this.count++}`;
    this.initializers.push(tensorProto(name, dtype, shape, data));
    if (key !== null) this.known.set(key, name);
    return name;
  }
}
