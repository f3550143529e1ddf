import { toNode, type Node } from '../node.js';
import { apply, requireFloat, type Operator } from '../operator.js';
import { greater } from './greater.js';
import { multiply } from './multiply.js';
import { where } from './where.js';

/** x above 0, slope·x elsewhere (Maas et al., 2013). */
export const leakyReluOperator: Operator<{ readonly slope: number }> = {
  name: 'leakyRelu',
  infer: (inputs) => {
    requireFloat('leakyRelu', inputs);
    return { shape: inputs[0]!.shape };
  },
  gradient: ({ inputs: [x], attributes: { slope }, cotangent }) => [
    where(greater(x!, 0), cotangent, multiply(cotangent, slope)),
  ],
  onnx: (emit, inputs, _node, { slope }) => emit.node('LeakyRelu', inputs, { alpha: { float: slope } }),
};

export const leakyRelu = (x: Node | number, slope = 0.01): Node => apply(leakyReluOperator, [toNode(x)], { slope });
