import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UngrainError } from '@ungrain/core';

/** Where Hugging Face's own tools look for a token, in their order. */
const VARIABLES = ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN'];

/**
 * The token of the hub, from the usual places; null where there is none. It is never part of a message.
 * @throws UngrainError `bad-token` if what is there can be none
 */
export async function findToken(env: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  for (const name of VARIABLES) {
    const token = env[name]?.trim();
    if (token) return checked(token, `The variable ${name}`);
  }
  const file = tokenFile(env);
  const token = (await readFile(file, 'utf8').catch(() => '')).trim();
  return token ? checked(token, file) : null;
}

/** `$HF_TOKEN_PATH`, else `token` in `$HF_HOME`, else in `huggingface` of the folder for caches. */
function tokenFile(env: NodeJS.ProcessEnv): string {
  if (env['HF_TOKEN_PATH']) return env['HF_TOKEN_PATH'];
  const home = env['HF_HOME'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'huggingface');
  return join(home, 'token');
}

function checked(token: string, place: string): string {
  if (/^[\x21-\x7e]{1,512}$/.test(token)) return token;
  throw new UngrainError(
    'bad-token',
    `${place} holds no token of Hugging Face: it has spaces, lines or strange letters.`,
  );
}
