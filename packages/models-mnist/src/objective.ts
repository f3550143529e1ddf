import { input, ops, type nn, type Node } from '@ungrain/graph';
import { CLASSES, IMAGE_SIZE, unet, type UnetOptions } from './unet.js';

export interface ObjectiveOptions extends UnetOptions {
  readonly rows: number;
  /** What the one-step network (`uncond`) sees: images + σ·noise, or with `noise` the noise alone. */
  readonly sees?: number | 'noise';
}

/** What a UNet is trained for, as parts of a graph. */
export interface Objective {
  /** What the network sees, [rows, 1, 28, 28]. */
  readonly x: Node;
  /** What it should say, and what it says. */
  readonly target: Node;
  readonly output: Node;
  /** The mean squared error; a scalar. */
  readonly loss: Node;
}

/**
 * The training objectives of the three UNets over the inputs `images` [rows, 1, 28, 28] in [0, 1], `noise` of that shape,
 * and, where the network knows them, times `t` [rows, 1] and one-hot classes `c` [rows, 10].
 * - `uncond`: x = images + σ·noise, or the noise alone, and the target is the image (one-step denoising)
 * - `time`, `class`: x = (1 − t)·noise + t·images, and the target is the velocity images − noise (flow matching,
 *   Lipman et al., 2023; Liu et al., 2023)
 */
export function objective(scope: nn.Scope, { kind, hidden, rows, sees = 0.5 }: ObjectiveOptions): Objective {
  const network = unet(scope, { kind, hidden });
  const images = input('images', [rows, 1, IMAGE_SIZE, IMAGE_SIZE]);
  const noise = input('noise', images.shape);
  if (kind === 'uncond') {
    const x = sees === 'noise' ? noise : ops.add(images, ops.multiply(noise, sees));
    return scored(x, images, network({ x }));
  }
  const t = input('t', [rows, 1]);
  const c = kind === 'class' ? { c: input('c', [rows, CLASSES]) } : {};
  const time = ops.reshape(t, [rows, 1, 1, 1]);
  const x = ops.add(ops.multiply(ops.subtract(1, time), noise), ops.multiply(time, images));
  return scored(x, ops.subtract(images, noise), network({ x, t, ...c }));
}

function scored(x: Node, target: Node, output: Node): Objective {
  const error = ops.subtract(output, target);
  return { x, target, output, loss: ops.mean(ops.multiply(error, error)) };
}
