import { z } from 'zod';
import { compareArrays, failedCheck, guarded, type ParityCheck, type ParitySource } from '@ungrain/core/parity';
import { cleanCaption, cleanCaptionOnce, plainCaption } from '../text/clean-caption.js';
import { loadTokenizer } from '../text/tokenizer.js';
import { parityFiles } from './parity-files.js';

const PROMPTS = 'reference/tokenizer/prompts.json';
const schema = z.object({
  prompts: z.array(
    z.object({
      prompt: z.string(),
      plain: z.string(),
      clean_pass1: z.string(),
      clean: z.string(),
      ids_plain: z.array(z.int()),
      ids_clean: z.array(z.int()),
    }),
  ),
});

/** What a prompt becomes, by the names of the reference. */
const CAPTIONS = { plain: plainCaption, clean_pass1: cleanCaptionOnce, clean: cleanCaption } as const;

const sameText = (name: string, actual: string, expected: string): ParityCheck =>
  actual === expected
    ? { name, error: 0, tolerance: 0 }
    : failedCheck(name, `${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);

/** Captions, and the ids of their tokens by either kind of tokenizer file. */
export async function* checkText(source: ParitySource): AsyncGenerator<ParityCheck, void, void> {
  if (!(await source.exists(PROMPTS))) return;
  const { prompts } = schema.parse(await source.json(PROMPTS));
  for (const [row, prompt] of prompts.entries())
    for (const [kind, caption] of Object.entries(CAPTIONS))
      yield sameText(`caption ${row} ${kind}`, caption(prompt.prompt), prompt[kind as keyof typeof CAPTIONS]);
  for (const folder of ['stage1/tokenizer', 'stage2/tokenizer'])
    yield* guarded(folder, async function* () {
      const tokenize = await loadTokenizer(parityFiles(source, folder));
      for (const [row, prompt] of prompts.entries())
        for (const kind of ['plain', 'clean'] as const) {
          const { ids, mask } = tokenize(prompt[kind]);
          const tokens = mask.reduce((sum, one) => sum + one, 0);
          yield compareArrays(`${folder} ${row} ${kind}`, ids.slice(0, tokens), prompt[`ids_${kind}`], 'equal');
        }
    });
}
