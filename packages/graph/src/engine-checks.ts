import { formatShape, sameShape, suggestion, UngrainError, type Shape, type Value } from '@ungrain/core';
import type { Graph } from './graph.js';

/** What engines refuse, in the same words. */

/** @throws UngrainError `bad-input` if an input of a graph is missing, unknown, or of another shape or dtype */
export function checkInputs(graph: Graph, inputs: Readonly<Record<string, Value>>): void {
  for (const [name, value] of Object.entries(inputs)) {
    const expected = graph.inputs.get(name);
    if (!expected) throw badInput(graph, `has no input '${name}'${suggestion(name, [...graph.inputs.keys()])}`);
    if (value.dtype !== expected.dtype || !sameShape(value.shape, expected.shape))
      throw badInput(
        graph,
        `wants input '${name}' as ${expected.dtype} ${formatShape(expected.shape)}, not as ${value.dtype} ${formatShape(value.shape)}.`,
      );
  }
  for (const [name, { shape }] of graph.inputs)
    if (!(name in inputs)) throw badInput(graph, `misses input '${name}' of shape ${formatShape(shape)}.`);
}

export const badInput = (graph: Graph, reason: string): UngrainError =>
  new UngrainError('bad-input', `Graph '${graph.name}' ${reason}`);

/** @param states those that the graph reads and that are no constants of it */
export const needsStore = (graph: Graph, states: readonly string[]): UngrainError =>
  badInput(graph, `has states ('${states[0] ?? 'updates'}' …) and needs a store.`);

export const foreignStore = (graph: Graph): UngrainError => badInput(graph, 'was given a store of another engine.');

export const unknownState = (name: string, names: readonly string[]): UngrainError =>
  new UngrainError('unknown-state', `The store has no state '${name}'${suggestion(name, names)}`);

/** @throws UngrainError `shape-mismatch` if a state is to get another shape */
export function checkStateShape(name: string, known: Shape, shape: Shape): void {
  if (!sameShape(known, shape))
    throw new UngrainError(
      'shape-mismatch',
      `State '${name}' has shape ${formatShape(known)}; it cannot become ${formatShape(shape)}.`,
    );
}
