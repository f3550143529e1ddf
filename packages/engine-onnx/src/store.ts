import type { Tensor } from '@ungrain/core';
import { readTensorSpanSync, type FileSpan } from '@ungrain/formats/files';
import { checkStateShape, unknownState, type Store, type Weight } from '@ungrain/graph';

/**
 * States as arrays in memory, or still in their files until someone asks for them. A run's updates replace them; nobody
 * else holds on to the arrays.
 */
export class MemoryStore implements Store {
  private readonly states: Map<string, Weight>;

  constructor(states: ReadonlyMap<string, Weight>) {
    this.states = new Map(states);
  }

  get(name: string): Tensor {
    const { data, shape } = this.borrow(name);
    return { data: data.slice(), shape };
  }

  set(name: string, value: Tensor): void {
    const known = this.states.get(name);
    if (known) checkStateShape(name, known.shape, value.shape);
    this.states.set(name, { data: value.data.slice(), shape: value.shape });
  }

  names(): readonly string[] {
    return [...this.states.keys()];
  }

  dispose(): void {
    this.states.clear();
  }

  /** Where a state lies, if it is still in its file. */
  spanOf(name: string): FileSpan | null {
    const known = this.known(name);
    return 'file' in known ? known : null;
  }

  /** The state itself, not a copy. */
  borrow(name: string): Tensor {
    const known = this.known(name);
    if (!('file' in known)) return known;
    const read = readTensorSpanSync(known);
    this.states.set(name, read);
    return read;
  }

  /** Takes `value` over as the new state, without copying. */
  replace(name: string, value: Tensor): void {
    this.states.set(name, value);
  }

  private known(name: string): Weight {
    const known = this.states.get(name);
    if (!known) throw unknownState(name, this.names());
    return known;
  }
}
