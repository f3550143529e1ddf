import { OPCODES } from './opcodes.js';
import { PickleMachine, type PickleContext } from './pickle-machine.js';

const PROTOCOL = 0x80;
const STOP = 0x2e;
/**
 * Runs a pickle of protocol 2 as far as PyTorch writes it for weights: an allow-list of opcodes and of globals.
 * The result may hold itself; see `plainData`. dicts are Maps, lists are arrays, and tuples are frozen arrays.
 * Source: Lib/pickletools.py of Python 3.
 */
export function runPickle(bytes: Uint8Array, context: PickleContext): unknown {
  if (bytes[0] !== PROTOCOL || bytes[1] !== 2)
    context.refuse(
      bytes[0] === PROTOCOL
        ? `its pickle has the protocol ${bytes[1]}, and only 2, torch.save's own, is read`
        : 'its pickle does not begin with a protocol',
    );
  const machine = new PickleMachine(bytes, context);
  for (let opcode = machine.byte(); opcode !== STOP; opcode = machine.byte()) {
    const rule = OPCODES.get(opcode);
    if (!rule) machine.refuse(`its pickle has the opcode ${opcode}, which weights do not need`);
    rule!(machine);
  }
  return machine.result();
}
