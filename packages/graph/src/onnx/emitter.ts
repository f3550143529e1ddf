/** An ONNX attribute: whole numbers are INT, lists of them INTS, text is STRING; floats say so. */
export type OnnxAttribute = number | readonly number[] | string | { readonly float: number };

/** What an operator writes its ONNX nodes with. Values are named by strings. */
export interface Emitter {
  /** Adds a node and returns the name of its (first) output. The same node asked for twice is written once. */
  node(type: string, inputs: readonly string[], attributes?: Record<string, OnnxAttribute>, domain?: string): string;
  /** The name of output number `index` of a node with several outputs. */
  nodeOutput(
    type: string,
    inputs: readonly string[],
    index: number,
    outputs: number,
    attributes?: Record<string, OnnxAttribute>,
  ): string;
  float(value: number): string;
  floats(data: Float32Array, shape: readonly number[]): string;
  ints(values: readonly number[]): string;
}
