import type { Tensor, Value } from '@ungrain/core';
import { guarded, type ParityCheck, type ParitySource } from '@ungrain/core/parity';
import type { Engine } from '@ungrain/graph';
import { loadT5 } from '../t5/load-t5.js';
import { compare, wanted } from './checks.js';
import { parityFiles } from './parity-files.js';

const FILE = 'reference/t5/t5.safetensors';
const TOLERANCE = 1e-4;

/** The text encoder: last states, the bias of positions, the states before each layer, and all without the mask. */
export async function* checkT5(source: ParitySource, engine: Engine): AsyncGenerator<ParityCheck, void, void> {
  if (!(await source.exists(FILE))) return;
  yield* guarded('t5', async function* () {
    const reference = await source.tensors(FILE);
    const check = (name: string, actual: Value): ParityCheck =>
      compare(`t5 ${name}`, actual as Tensor, wanted(reference, name), TOLERANCE);
    const [ids, mask] = [reference.get('input_ids')!, wanted(reference, 'attention_mask')];
    const { network } = await loadT5(parityFiles(source, 'stage1/text_encoder'), { engine, traced: true });
    try {
      const all = await network.run({ ids, mask: { dtype: 'float32', ...mask } });
      yield check('last_hidden_state', all['states']!);
      yield check('position_bias', all['position_bias']!);
      const first = firstRow(ids);
      const one = await network.run({ ids: first, mask: { dtype: 'float32', ...firstRow(mask) } });
      for (const name of reference.keys()) {
        const [, traced] = /^row0\.(hidden_states\.\d+)$/.exec(name) ?? [];
        if (traced) yield check(name, one[traced]!);
      }
      const seen = new Float32Array(first.data.length).fill(1);
      const open = await network.run({ ids: first, mask: { dtype: 'float32', data: seen, shape: first.shape } });
      yield check('row0.last_hidden_state_without_mask', open['states']!);
    } finally {
      await network.dispose();
    }
  });
}

function firstRow<T extends Value | Tensor>(value: T): T {
  const length = value.shape.slice(1).reduce((product, size) => product * size, 1);
  return { ...value, data: value.data.slice(0, length), shape: [1, ...value.shape.slice(1)] };
}
