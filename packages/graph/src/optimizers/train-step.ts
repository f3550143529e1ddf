import type { Shape } from '@ungrain/core';
import { gradients as reverseMode } from '../gradients.js';
import { graph, topological, type Graph } from '../graph.js';
import type { Declaration } from '../nn/scope.js';
import { input, state, type Node, type StateNode } from '../node.js';
import { add } from '../operators/add.js';
import { multiply } from '../operators/multiply.js';
import { clipByGlobalNorm, globalNorm } from './clip.js';
import { slotName, type Optimizer } from './optimizer.js';

export interface TrainStepOptions {
  readonly name: string;
  readonly loss: Node;
  /** Everything that the network declared; what is trained gets gradients. */
  readonly declarations: readonly Declaration[];
  /** New values of the network's buffers. */
  readonly buffers: ReadonlyMap<string, Node>;
  readonly optimizer: Optimizer;
  /** Gradients are scaled down to this norm over all parameters together. */
  readonly maxGradientNorm?: number;
  /** The share of the old value in the exponential moving average of the weights; no average is kept without it. */
  readonly emaDecay?: number;
}

/** The inputs of a train step that carry the optimizer's scalars are named with this prefix. */
export const scalarInput = (name: string): string => `optimizer/${name}`;

export const emaName = (parameter: string): string => `ema.${parameter}`;

/**
 * A whole training step as one graph: forward, reverse-mode gradients, clipping, optimizer and weight average. Its
 * outputs are `loss` and, with clipping, `gradientNorm` (before clipping); its updates are every state that changes.
 */
export function trainStep(options: TrainStepOptions): Graph {
  const { name, loss, declarations, buffers, optimizer, maxGradientNorm, emaDecay } = options;
  const trained = declarations.filter((declaration) => declaration.trained);
  const parameters = statesOf(loss, trained);
  const raw = reverseMode(loss, parameters);
  const norm = maxGradientNorm === undefined ? null : globalNorm(raw);
  const clipped = norm && maxGradientNorm !== undefined ? clipByGlobalNorm(raw, norm, maxGradientNorm) : raw;
  const scalars = Object.fromEntries(
    Object.keys(optimizer.scalars(1, 1)).map((scalar) => [scalar, input(scalarInput(scalar), [])]),
  );

  const updates = new Map<string, Node>(buffers);
  trained.forEach((declaration, i) => {
    const slots = Object.fromEntries(
      optimizer.slots.map((slot) => [slot, state(slotName(optimizer, slot, declaration.name), declaration.shape)]),
    );
    const next = optimizer.update({ parameter: parameters[i]!, gradient: clipped[i]!, slots, scalars });
    updates.set(declaration.name, next.parameter);
    for (const [slot, value] of Object.entries(next.slots))
      updates.set(slotName(optimizer, slot, declaration.name), value);
    if (emaDecay !== undefined) {
      const average = state(emaName(declaration.name), declaration.shape);
      updates.set(average.name, add(multiply(average, emaDecay), multiply(next.parameter, 1 - emaDecay)));
    }
  });
  return graph(name, norm ? { loss, gradientNorm: norm } : { loss }, updates);
}

/** Names and shapes of the states that an optimizer keeps for a network; all start at zero. */
export function optimizerStates(optimizer: Optimizer, declarations: readonly Declaration[]): Map<string, Shape> {
  return new Map(
    declarations
      .filter(({ trained }) => trained)
      .flatMap(({ name, shape }) => optimizer.slots.map((slot) => [slotName(optimizer, slot, name), shape] as const)),
  );
}

/** The state nodes that the loss reads, in the order of their declarations; an unused one gets a node of its own. */
export function statesOf(loss: Node, declarations: readonly Declaration[]): StateNode[] {
  const read = new Map(topological([loss]).flatMap((node) => (node.kind === 'state' ? [[node.name, node]] : [])));
  return declarations.map(({ name, shape }) => read.get(name) ?? state(name, shape));
}
