import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where what can be made again is kept: `$UNGRAIN_CACHE`, else `ungrain` in `$XDG_CACHE_HOME`, else `~/.cache/ungrain`.
 * Nothing is created.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env['UNGRAIN_CACHE']) return env['UNGRAIN_CACHE'];
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ungrain');
}
