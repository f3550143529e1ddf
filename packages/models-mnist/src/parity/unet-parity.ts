import { guarded, type ParityGroup } from '@ungrain/core/parity';
import type { Engine } from '@ungrain/graph';
import type { UnetKind } from '../unet.js';
import { checkOneStep, checkStates } from './one-step.js';
import { FOLDER, readReference, SETTINGS } from './reference.js';
import { checkRun } from './runs.js';
import { checkSampling } from './sampling.js';

const KINDS: readonly UnetKind[] = ['uncond', 'time', 'class'];

/** The three UNets against PyTorch: states, one training step, 20-step runs, sampling. */
export const unetParity = ({ engine }: { readonly engine: Engine }): ParityGroup => ({
  name: 'unet',
  index: SETTINGS,
  async *run(source) {
    for (const kind of KINDS) {
      if (!(await source.exists(`${FOLDER}/${kind}/info.json`))) continue;
      const reference = await readReference(source, kind);
      yield* guarded(`${kind} states`, async function* () {
        yield* checkStates(reference);
      });
      yield* guarded(`${kind} one_step`, () => checkOneStep(engine, reference));
      for (const run of Object.keys(reference.info.runs))
        yield* guarded(`${kind} ${run}`, () => checkRun(engine, reference, run));
      yield* guarded(`${kind} sample`, () => checkSampling(engine, reference));
    }
  },
});
