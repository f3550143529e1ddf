import type { Node } from '@ungrain/graph';

/** Is told what each module of a network gives, by its name in the weights, and gives it back: for comparing networks. */
export type Trace = (module: string, value: Node) => Node;

export const noTrace: Trace = (_, value) => value;

/** The trace of a module within another: names below it start with `name.`. */
export const traceBelow =
  (trace: Trace, name: string): Trace =>
  (module, value) =>
    trace(`${name}.${module}`, value);

/** A trace that keeps what it is told, by name; or nothing, if nobody wants it. */
export function keepTrace(wanted: boolean): { readonly trace: Trace; readonly outputs: Map<string, Node> } {
  const outputs = new Map<string, Node>();
  const keep: Trace = (module, value) => {
    outputs.set(module, value);
    return value;
  };
  return { trace: wanted ? keep : noTrace, outputs };
}
