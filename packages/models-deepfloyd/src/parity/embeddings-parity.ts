import { UngrainError } from '@ungrain/core';
import { failedCheck, guarded, type ParityCheck, type ParitySource } from '@ungrain/core/parity';
import { readEmbeddingPack, writeEmbeddingPack, type EmbeddingPack } from '../prompts/embedding-pack.js';
import { compare } from './checks.js';

const FOLDER = 'reference/embeds';
const EXPECTED = `${FOLDER}/embeds.safetensors`;

/** Packs of prompt embeddings in every format are read the same, and written and read again; the oldest is refused. */
export async function* checkEmbeddings(source: ParitySource): AsyncGenerator<ParityCheck, void, void> {
  if (!(await source.exists(EXPECTED))) return;
  const expected = readEmbeddingPack(await source.bytes(EXPECTED), EXPECTED);
  yield* samePack('embeddings written', readEmbeddingPack(writeEmbeddingPack(expected), 'written'), expected);
  for (const path of await source.list(FOLDER))
    if (path.endsWith('.pth'))
      yield* guarded(path, async function* () {
        const bytes = await source.bytes(path);
        if (path.includes('legacy')) yield refusal(path, bytes);
        else yield* samePack(path, readEmbeddingPack(bytes, path), expected);
      });
}

function* samePack(name: string, actual: EmbeddingPack, expected: EmbeddingPack): Generator<ParityCheck, void, void> {
  const [has, wants] = [actual, expected].map((pack) => JSON.stringify([...pack.keys()].sort()));
  if (has !== wants) yield failedCheck(name, `prompts ${has} instead of ${wants}`);
  else for (const [prompt, states] of expected) yield compare(`${name} '${prompt}'`, actual.get(prompt)!, states, 0);
}

function refusal(name: string, bytes: Uint8Array): ParityCheck {
  try {
    readEmbeddingPack(bytes, name);
  } catch (error) {
    if (error instanceof UngrainError && error.message.includes('before 1.6')) return { name, error: 0, tolerance: 0 };
    return failedCheck(name, `refused with: ${String(error)}`);
  }
  return failedCheck(name, 'it was read, and nobody checked how');
}
