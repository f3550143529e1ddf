import type { Node } from '../../node.js';
import { abs } from '../../operators/abs.js';
import { add } from '../../operators/add.js';
import { less } from '../../operators/less.js';
import { multiply } from '../../operators/multiply.js';
import { sqrt } from '../../operators/sqrt.js';
import { subtract } from '../../operators/subtract.js';
import { where } from '../../operators/where.js';
import { square } from '../arithmetic/square.js';
import { reduceLoss, type LossOptions } from './loss-reduction.js';

/** (x − y)². */
export const mse = (x: Node, y: Node, { reduction }: LossOptions = {}): Node =>
  reduceLoss(square(subtract(x, y)), reduction);

/** |x − y|, with gradient 0 where both are equal. */
export const l1 = (x: Node, y: Node, { reduction }: LossOptions = {}): Node =>
  reduceLoss(abs(subtract(x, y)), reduction);

/** With d = x − y: ½d² where |d| < δ, δ·(|d| − ½δ) beyond (Huber, 1964). */
export function huber(
  x: Node,
  y: Node,
  { delta = 1, reduction }: LossOptions & { readonly delta?: number } = {},
): Node {
  const difference = subtract(x, y);
  const distance = abs(difference);
  const inner = multiply(square(difference), 0.5);
  const outer = multiply(subtract(distance, 0.5 * delta), delta);
  return reduceLoss(where(less(distance, delta), inner, outer), reduction);
}

/** Huber's loss over β, whose slope is 1 beyond β: ½d²/β where |d| < β, |d| − ½β beyond (Girshick, 2015). */
export function smoothL1(
  x: Node,
  y: Node,
  { beta = 1, reduction }: LossOptions & { readonly beta?: number } = {},
): Node {
  return beta === 0 ? l1(x, y, { reduction }) : multiply(huber(x, y, { delta: beta, reduction }), 1 / beta);
}

/** √(d² + c²) − c with d = x − y: smooth everywhere (Song & Dhariwal, 2024, for consistency models). */
export function pseudoHuber(x: Node, y: Node, { c, reduction }: LossOptions & { readonly c: number }): Node {
  const difference = subtract(x, y);
  return reduceLoss(subtract(sqrt(add(square(difference), c * c)), c), reduction);
}
