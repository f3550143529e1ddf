import type { ParityCheck, ParityGroup, ParitySource } from '@ungrain/core/parity';
import type { Engine } from '@ungrain/graph';
import { checkEmbeddings } from './embeddings-parity.js';
import { checkResize } from './resize-parity.js';
import { checkT5 } from './t5-parity.js';
import { checkText } from './text-parity.js';
import { checkUnets } from './unet-parity.js';

/** Checks the files below a folder of references. */
export type ReferenceCheck = (source: ParitySource, engine: Engine) => AsyncGenerator<ParityCheck, void, void>;

/** What is checked, by the files of a folder of references. */
const CHECKS: Readonly<Record<string, ReferenceCheck>> = {
  'reference/tokenizer/': checkText,
  'reference/t5/': checkT5,
  'reference/embeds/': checkEmbeddings,
  'reference/unet/': checkUnets,
  'reference/stage2_resize': checkResize,
};

const INDEX = 'reference/meta.json';

export interface DeepfloydParityOptions {
  readonly engine: Engine;
  /** Further checks by folder: of what needs samplers, which this package does not know. */
  readonly also?: Readonly<Record<string, ReferenceCheck>>;
}

/** Small DeepFloyd IF models with random weights, in the real file format, against diffusers and transformers. */
export const deepfloydParity = ({ engine, also = {} }: DeepfloydParityOptions): ParityGroup => {
  const checks = { ...CHECKS, ...also };
  return {
    name: 'deepfloyd',
    index: INDEX,
    async *run(source) {
      for (const check of Object.values(checks)) yield* check(source, engine);
    },
    async skips(source) {
      const left = (await source.list('reference')).filter(
        (path) => path !== INDEX && !Object.keys(checks).some((folder) => path.startsWith(folder)),
      );
      return left.map((path) => `${path} is not checked`);
    },
  };
};
