import type { Node } from '../node.js';

/** One parameter's part of an optimizer step. */
export interface ParameterUpdate {
  readonly parameter: Node;
  readonly gradient: Node;
  /** The optimizer's own states for this parameter, by slot name. */
  readonly slots: Readonly<Record<string, Node>>;
  /** The step's scalars, by name: what `scalars` returns, as nodes. */
  readonly scalars: Readonly<Record<string, Node>>;
}

/** A rule that turns gradients into new parameters, as graph parts. */
export interface Optimizer {
  readonly name: string;
  /** Names of the states it keeps for each parameter; each has the parameter's shape and starts at zero. */
  readonly slots: readonly string[];
  /** Numbers that depend on the step alone, computed in double precision outside the graph. Steps count from 1. */
  scalars(step: number, learningRate: number): Readonly<Record<string, number>>;
  update(update: ParameterUpdate): { readonly parameter: Node; readonly slots: Readonly<Record<string, Node>> };
}

/** The store's name for an optimizer's state. */
export const slotName = (optimizer: Optimizer, slot: string, parameter: string): string =>
  `optimizer.${optimizer.name}.${slot}.${parameter}`;
