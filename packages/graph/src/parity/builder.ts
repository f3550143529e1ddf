import type { Node } from '../node.js';
import type { Attributes } from './attributes.js';

/** A case's inputs by name. Which ones there are depends on the operator. */
export type Operands = Readonly<Record<string, Node>>;

/** Builds the graph of a case: `out`, or `out0`, `out1` …. */
export type Builder = (operands: Operands, attributes: Attributes) => Node | readonly Node[];

/** Builders by the case's `op`. */
export type Builders = Readonly<Record<string, Builder>>;

/** Builders for an `op` that is prose with numbers in it. */
export type PatternBuilder = readonly [
  pattern: RegExp,
  build: (operands: Operands, ...captured: readonly string[]) => Node,
];
