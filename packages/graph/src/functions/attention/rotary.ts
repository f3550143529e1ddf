import type { Node } from '../../node.js';
import { add } from '../../operators/add.js';
import { concat } from '../../operators/concat.js';
import { multiply } from '../../operators/multiply.js';
import { subtract } from '../../operators/subtract.js';
import { split } from '../layout/split.js';

/**
 * Rotary position embedding (Su et al., 2021), half split: features i and i + d/2 of `x` […, tokens, d] are turned as a
 * pair by the angle of their token, given by `cos` and `sin` [tokens, d/2].
 */
export function rotary(x: Node, cos: Node, sin: Node): Node {
  const [a, b] = split(x, 2, -1) as [Node, Node];
  const turned = [subtract(multiply(a, cos), multiply(b, sin)), add(multiply(b, cos), multiply(a, sin))];
  return concat(turned, -1);
}
