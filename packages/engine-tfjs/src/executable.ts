import type { Value } from '@ungrain/core';
import { checkInputs, foreignStore, needsStore, type Executable, type Graph, type Store } from '@ungrain/graph';
import { lastUses, type Instruction, type Program } from './program/program.js';
import { TfjsStore } from './store.js';
import type { Tensorflow, TfTensor } from './tensorflow.js';
import { fromTf, toTf } from './values.js';

/** A graph as a program that calls TensorFlow.js. Tensors are freed as soon as nothing needs them any more. */
export class TfjsExecutable implements Executable {
  /** What is left to do in each run. */
  private readonly program: Program;
  private readonly dead: readonly (readonly number[])[];
  /** What every run reads: constants, states that were given as such, and what follows from these alone. */
  private readonly resident = new Map<number, TfTensor>();
  private readonly states: ReadonlyMap<string, number>;

  constructor(
    private readonly tf: Tensorflow,
    private readonly graph: Graph,
    program: Program,
    fixed: ReadonlyMap<string, TfTensor>,
  ) {
    for (const [id, node] of program.constants) this.resident.set(id, toTf(tf, node));
    for (const [name, tensor] of fixed) this.resident.set(program.states.get(name)!, tensor.clone());
    this.states = new Map([...program.states].filter(([name]) => !fixed.has(name)));
    this.program = this.foldConstants(program);
    this.dead = lastUses(this.program);
  }

  async run(store: Store | null, inputs: Readonly<Record<string, Value>>): Promise<Record<string, Value>> {
    checkInputs(this.graph, inputs);
    const memory = this.memory(store);
    const { program, graph } = this;
    const borrowed = new Map(this.resident);
    for (const [name, id] of this.states) borrowed.set(id, memory!.borrow(name));
    const own = new Map<number, TfTensor>();
    try {
      for (const [name, id] of program.inputs) own.set(id, toTf(this.tf, inputs[name]!));
      this.compute(borrowed, own);
      const outputs: Record<string, Value> = {};
      for (const [name, id] of program.outputs)
        outputs[name] = await fromTf((own.get(id) ?? borrowed.get(id))!, graph.outputs.get(name)!);
      const next = [...program.updates].map(
        ([name, id]) => [name, (own.get(id) ?? borrowed.get(id))!.clone()] as const,
      );
      for (const [name, tensor] of next) memory?.replace(name, tensor);
      return outputs;
    } finally {
      for (const tensor of own.values()) tensor.dispose();
    }
  }

  async dispose(): Promise<void> {
    for (const tensor of this.resident.values()) tensor.dispose();
    this.resident.clear();
  }

  /** Computes what depends on resident tensors alone (weights in TensorFlow's layout, say), and frees those left unread. */
  private foldConstants(program: Program): Program {
    const instructions = program.instructions.filter((instruction) => {
      const operands = instruction.inputs.map((id) => this.resident.get(id));
      if (!operands.every((operand) => operand !== undefined)) return true;
      const results = this.execute(instruction, operands);
      for (const [k, id] of instruction.outputs.entries()) this.resident.set(id, results[k]!);
      return false;
    });
    const read = new Set(instructions.flatMap(({ inputs }) => inputs));
    for (const id of [...program.outputs.values(), ...program.updates.values()]) read.add(id);
    for (const [id, tensor] of this.resident)
      if (!read.has(id)) {
        tensor.dispose();
        this.resident.delete(id);
      }
    return { ...program, instructions };
  }

  private execute({ kernel }: Instruction, operands: readonly TfTensor[]): readonly TfTensor[] {
    return this.tf.tidy(() =>
      kernel(this.tf, operands).map((result) => (operands.includes(result) ? result.clone() : result)),
    );
  }

  private compute(borrowed: ReadonlyMap<number, TfTensor>, own: Map<number, TfTensor>): void {
    for (const [i, instruction] of this.program.instructions.entries()) {
      const operands = instruction.inputs.map((id) => (own.get(id) ?? borrowed.get(id))!);
      const results = this.execute(instruction, operands);
      for (const [k, id] of instruction.outputs.entries()) own.set(id, results[k]!);
      for (const id of this.dead[i]!) {
        own.get(id)?.dispose();
        own.delete(id);
      }
    }
  }

  private memory(store: Store | null): TfjsStore | null {
    if (store instanceof TfjsStore) return store;
    if (store) throw foreignStore(this.graph);
    if (this.states.size > 0 || this.graph.updates.size > 0) throw needsStore(this.graph, [...this.states.keys()]);
    return null;
  }
}
