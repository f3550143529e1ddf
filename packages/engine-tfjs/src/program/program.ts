import type { Shape } from '@ungrain/core';
import type { ConstantNode } from '@ungrain/graph';
import type { Tensorflow, TfTensor } from '../tensorflow.js';

/**
 * A value of a program. Images may be held as TensorFlow wants them, [N, H, W, C]; `shape` stays that of the graph,
 * [N, C, H, W].
 */
export interface Register {
  readonly id: number;
  readonly shape: Shape;
  readonly channelsLast: boolean;
}

/** What an instruction does with the tensors of its inputs. What it makes besides its results is freed after it. */
export type Kernel = (tf: Tensorflow, inputs: readonly TfTensor[]) => readonly TfTensor[];

export interface Instruction {
  /** What it computes, for messages. */
  readonly name: string;
  readonly kernel: Kernel;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** A graph as a list of TensorFlow.js calls, in order. */
export interface Program {
  readonly instructions: readonly Instruction[];
  /** How many registers there are; their ids count from 0. */
  readonly registers: number;
  readonly inputs: ReadonlyMap<string, number>;
  readonly states: ReadonlyMap<string, number>;
  readonly constants: ReadonlyMap<number, ConstantNode>;
  readonly outputs: ReadonlyMap<string, number>;
  readonly updates: ReadonlyMap<string, number>;
}

/** For each instruction the registers that nothing after it needs. */
export function lastUses({ instructions, inputs, outputs, updates }: Program): number[][] {
  const kept = new Set([...outputs.values(), ...updates.values()]);
  const freeable = new Set([...inputs.values(), ...instructions.flatMap((one) => one.outputs)]);
  return instructions
    .toReversed()
    .map((instruction) => {
      const ends = [...instruction.inputs, ...instruction.outputs].filter((id) => freeable.has(id) && !kept.has(id));
      for (const id of ends) kept.add(id);
      return [...new Set(ends)];
    })
    .toReversed();
}
