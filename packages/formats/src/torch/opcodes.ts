import { quoted } from '../refusal.js';
import { OrderedDict, PickleFloat, type Global, type PickleMachine } from './pickle-machine.js';

type Rule = (machine: PickleMachine) => void;

/** The opcodes that torch.save writes for weights and for checkpoints of plain data; all others are refused. */
export const OPCODES: ReadonlyMap<number, Rule> = new Map<number, Rule>([
  // Plain values
  [code('N'), (m) => m.push(null)],
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  [code('K'), (m) => m.push(m.byte())],
  [code('M'), (m) => m.push(m.uint16())],
  [code('J'), (m) => m.push(m.int32())],
  [0x8a, (m) => m.push(m.integer(m.byte()))],
  [code('G'), (m) => m.push(new PickleFloat(m.float64()))],
  [code('X'), (m) => m.push(m.text(m.uint32()))],
  // Lists, tuples and dicts
  [code('('), (m) => m.mark()],
  [code(']'), (m) => m.pushContainer([])],
  [code('a'), (m) => append(m, [m.pop()])],
  [code('e'), (m) => append(m, m.popMark())],
  [code(')'), (m) => tuple(m, [])],
  [0x85, (m) => tuple(m, [m.pop()])],
  [0x86, (m) => tuple(m, [m.pop(), m.pop()].reverse())],
  [0x87, (m) => tuple(m, [m.pop(), m.pop(), m.pop()].reverse())],
  [code('t'), (m) => tuple(m, m.popMark())],
  [code('}'), (m) => m.pushContainer(new Map())],
  [code('s'), (m) => setItems(m, [m.pop(), m.pop()].reverse())],
  [code('u'), (m) => setItems(m, m.popMark())],
  // The memo
  [code('q'), (m) => m.remember(m.byte())],
  [code('r'), (m) => m.remember(m.uint32())],
  [code('h'), (m) => m.recall(m.byte())],
  [code('j'), (m) => m.recall(m.uint32())],
  // Globals, and what is made of them
  [code('c'), (m) => m.push(globalNamed(m, `${m.line()} ${m.line()}`))],
  [code('Q'), (m) => m.push(m.context.persistent(m.pop()))],
  [code('R'), reduce],
  [code('b'), build],
]);

function code(character: string): number {
  return character.charCodeAt(0);
}

const tuple = (machine: PickleMachine, items: readonly unknown[]): void => machine.pushContainer(Object.freeze(items));

function append(machine: PickleMachine, items: readonly unknown[]): void {
  const list = machine.top();
  if (!Array.isArray(list) || Object.isFrozen(list)) return machine.refuse('its pickle appends to what is no list');
  for (const item of items) list.push(item);
}

function setItems(machine: PickleMachine, items: readonly unknown[]): void {
  const dict = machine.top();
  if (!(dict instanceof Map)) return machine.refuse('its pickle sets items of what is no dict');
  if (items.length % 2 !== 0) machine.refuse('its pickle has a key without a value');
  for (let i = 0; i < items.length; i += 2) {
    const key = items[i];
    if (typeof key !== 'string' && typeof key !== 'number')
      return machine.refuse('a key of its pickle is neither a text nor a number');
    if (dict.has(key)) machine.refuse(`its pickle has the key ${quoted(String(key))} twice`);
    dict.set(key, items[i + 1]);
  }
}

function globalNamed(machine: PickleMachine, name: string): Global {
  return (
    machine.context.globals.get(name) ??
    machine.refuse(
      `it names ${quoted(name.replace(' ', '.'))}, which is neither a tensor nor plain data; save model.state_dict() alone`,
    )
  );
}

function reduce(machine: PickleMachine): void {
  const parameters = machine.pop();
  const callee = machine.pop();
  const isCallable = typeof callee === 'object' && callee !== null && 'call' in callee;
  if (!isCallable || !Array.isArray(parameters) || !Object.isFrozen(parameters))
    return machine.refuse('its pickle calls something that cannot be called');
  machine.pushContainer((callee as Required<Global>).call(parameters) as object);
}

/** A module's state_dict has the versions of its modules as an attribute, which nothing here needs. */
function build(machine: PickleMachine): void {
  const attributes = machine.pop();
  const isMetadata = attributes instanceof Map && attributes.size === 1 && attributes.has('_metadata');
  if (!(machine.top() instanceof OrderedDict) || !isMetadata)
    machine.refuse('its pickle sets attributes of an object other than _metadata');
}
