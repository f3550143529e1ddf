import type { Tensor } from '@ungrain/core';
import { checkStateShape, unknownState, type Store } from '@ungrain/graph';

/** States as arrays in memory. A run's updates replace them; nobody else holds on to the arrays. */
export class MemoryStore implements Store {
  constructor(private readonly tensors: Map<string, Tensor>) {}

  get(name: string): Tensor {
    const { data, shape } = this.borrow(name);
    return { data: data.slice(), shape };
  }

  set(name: string, value: Tensor): void {
    const known = this.tensors.get(name);
    if (known) checkStateShape(name, known.shape, value.shape);
    this.tensors.set(name, { data: value.data.slice(), shape: value.shape });
  }

  names(): readonly string[] {
    return [...this.tensors.keys()];
  }

  dispose(): void {
    this.tensors.clear();
  }

  /** The state itself, not a copy. */
  borrow(name: string): Tensor {
    const known = this.tensors.get(name);
    if (!known) throw unknownState(name, this.names());
    return known;
  }

  /** Takes `value` over as the new state, without copying. */
  replace(name: string, value: Tensor): void {
    this.tensors.set(name, value);
  }
}
