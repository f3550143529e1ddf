import type { Shape, Tensor } from '@ungrain/core';
import { checkStateShape, unknownState, type Store } from '@ungrain/graph';
import type { Tensorflow, TfTensor } from './tensorflow.js';

/** States as tensors of TensorFlow.js, where its operations run. A run's updates replace them. */
export class TfjsStore implements Store {
  private readonly tensors = new Map<string, TfTensor>();

  constructor(private readonly tf: Tensorflow) {}

  get(name: string): Tensor {
    const tensor = this.borrow(name);
    return { data: Float32Array.from(tensor.dataSync()), shape: this.shapeOf(tensor) };
  }

  set(name: string, { data, shape }: Tensor): void {
    const known = this.tensors.get(name);
    if (known) checkStateShape(name, known.shape, shape);
    this.replace(name, this.tf.tensor(data.slice(), [...shape], 'float32')); // the library keeps the array it is given
  }

  names(): readonly string[] {
    return [...this.tensors.keys()];
  }

  dispose(): void {
    for (const tensor of this.tensors.values()) tensor.dispose();
    this.tensors.clear();
  }

  /** The state itself, not a copy. */
  borrow(name: string): TfTensor {
    const known = this.tensors.get(name);
    if (!known) throw unknownState(name, this.names());
    return known;
  }

  /** Takes `tensor` over as the new state. */
  replace(name: string, tensor: TfTensor): void {
    this.tensors.get(name)?.dispose();
    this.tensors.set(name, tensor);
  }

  private shapeOf(tensor: TfTensor): Shape {
    return [...tensor.shape];
  }
}
