import type { ParityCheck, ParityGroup, ParitySource } from '@ungrain/core/parity';
import type { Engine } from '@ungrain/graph';
import { checkT5 } from './t5-parity.js';
import { checkText } from './text-parity.js';
import { checkUnets } from './unet-parity.js';

type Check = (source: ParitySource, engine: Engine) => AsyncGenerator<ParityCheck, void, void>;

/** What is checked, by the files of a folder of references. */
const CHECKS: Readonly<Record<string, Check>> = {
  'reference/tokenizer/': checkText,
  'reference/t5/': checkT5,
  'reference/unet/': checkUnets,
};

const INDEX = 'reference/meta.json';

/** Small DeepFloyd IF models with random weights, in the real file format, against diffusers and transformers. */
export const deepfloydParity = ({ engine }: { readonly engine: Engine }): ParityGroup => ({
  name: 'deepfloyd',
  index: INDEX,
  async *run(source) {
    for (const check of Object.values(CHECKS)) yield* check(source, engine);
  },
  async skips(source) {
    const left = (await source.list('reference')).filter(
      (path) => path !== INDEX && !Object.keys(CHECKS).some((folder) => path.startsWith(folder)),
    );
    return left.map((path) => `${path} is not checked`);
  },
});
