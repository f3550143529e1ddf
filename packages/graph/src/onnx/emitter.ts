/** An ONNX attribute: whole numbers are INT, lists of them INTS, text is STRING; floats say so. */
export type OnnxAttribute = number | readonly number[] | string | { readonly float: number };

/** Elements of a matrix that are widened to float32 at a time. Fewer would take less memory, and longer to prepare. */
export const WIDENED_ELEMENTS = 2 ** 22;

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
  /**
   * What `pick` takes out of a value: of a constant that is stored in a narrower type, only this is widened.
   * @param pick writes nodes that move elements and do not change them
   */
  picked(name: string, pick: (stored: string) => string): string;
  /**
   * The rows of a matrix, in one piece or in several: of a constant that is stored in a narrower type so many are widened at
   * a time as have `WIDENED_ELEMENTS`.
   */
  rowBlocks(name: string): readonly string[];
  float(value: number): string;
  floats(data: Float32Array, shape: readonly number[]): string;
  ints(values: readonly number[]): string;
}
