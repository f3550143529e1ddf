import type { Node, OperationNode } from '../../node.js';
import { mapRoots, operationsOf, withInputs, type Pass } from '../pass.js';
import { fromBlocked, toBlocked } from './layout.js';
import { blockedRules, elementwise } from './rules.js';

/** What rules ask about the operands of an operation. */
export interface Layouts {
  readonly block: number;
  /** Whether the value was computed in blocks of channels. */
  isBlocked(operand: Node): boolean;
  blocked(operand: Node): Node;
  plain(operand: Node): Node;
}

/** A rule's answer: the value in one of the two layouts; null leaves the operation as it is. */
export type LayoutRule = (
  node: OperationNode,
  layouts: Layouts,
) => { readonly blocked: Node } | { readonly plain: Node } | null;

/**
 * Computes images in blocks of channels (see `blockedShape`): convolutions begin it, and whatever works on single numbers,
 * channels or whole images goes on with it. A value is converted where an operation needs the other layout, once.
 *
 * @param block the channels in a block, b; an engine finds out which its processor wants
 */
export const blockedLayout = (block: number): Pass => ({
  name: 'blocked-layout',
  summary: 'images are kept in blocks of channels, for which ONNX Runtime has its fastest convolutions',
  apply: (source) => {
    const plainForms = new Map<Node, Node>();
    const blockedForms = new Map<Node, Node>();
    const layouts: Layouts = {
      block,
      isBlocked: (node) => blockedForms.has(node),
      plain: (node) => plainForms.get(node) ?? remember(plainForms, node, fromBlockedForm(node)),
      blocked: (node) => blockedForms.get(node) ?? remember(blockedForms, node, toBlocked(layouts.plain(node), block)),
    };
    /** Inputs, states and constants have no form but themselves. */
    const fromBlockedForm = (node: Node): Node => {
      const form = blockedForms.get(node);
      return form ? fromBlocked(form, node.shape[1]!) : node;
    };

    for (const node of operationsOf(source)) {
      const chosen = blockedRules[node.operator.name]?.(node, layouts) ?? elementwise(node, layouts);
      if (chosen && 'blocked' in chosen) blockedForms.set(node, chosen.blocked);
      else plainForms.set(node, chosen?.plain ?? withInputs(node, node.inputs.map(layouts.plain)));
    }
    return mapRoots(source, layouts.plain);
  },
});

function remember(forms: Map<Node, Node>, node: Node, form: Node): Node {
  forms.set(node, form);
  return form;
}
