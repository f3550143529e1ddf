import type { Node } from '../node.js';
import { apply, axisOf, refuse, type Operator } from '../operator.js';
import { slice } from './slice.js';

/** Joins values along one dimension. Its cotangent is cut into their pieces. */
export const concatOperator: Operator<{ readonly axis: number }> = {
  name: 'concat',
  infer: (inputs, { axis }) => {
    const [first] = inputs;
    const fits = inputs.every(
      (x) =>
        x.dtype === first!.dtype &&
        x.shape.length === first!.shape.length &&
        x.shape.every((size, i) => i === axis || size === first!.shape[i]),
    );
    if (!fits) throw refuse('concat', inputs, `they differ in another dimension than ${axis}`);
    const total = inputs.reduce((length, x) => length + x.shape[axis]!, 0);
    return { shape: first!.shape.map((size, i) => (i === axis ? total : size)), dtype: first!.dtype };
  },
  gradient: ({ inputs, attributes: { axis }, cotangent }) => {
    let start = 0;
    return inputs.map((x) => slice(cotangent, axis, start, (start += x.shape[axis]!)));
  },
  onnx: (emit, inputs, _node, { axis }) => emit.node('Concat', inputs, { axis }),
};

/** `values` joined along `axis` (negative ones count from the back). */
export function concat(values: readonly Node[], axis: number): Node {
  if (values.length === 0) throw refuse('concat', values, 'it needs at least one value');
  return apply(concatOperator, values, { axis: axisOf('concat', values, axis, values[0]!.shape.length) });
}
