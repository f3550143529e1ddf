import type { Plugin } from '@ungrain/core';
import { Option, type Command } from 'commander';

/** A flag of every command, which stands before or after its name. */
export const pluginFlag = (): Option =>
  new Option('--plugin <path>', 'use a plugin too: a path such as ./mine, or a package; repeatable').argParser(
    (text, plugins: readonly string[] = []) => [...plugins, text],
  );

/** The plugins of the folder's ungrain.config file, and of `--plugin`. @throws UngrainError as `loadPlugins` does */
export async function pluginsOf(command: Command): Promise<readonly Plugin[]> {
  const { plugin = [] } = command.optsWithGlobals<{ readonly plugin?: readonly string[] }>();
  const { loadPlugins } = await import('@ungrain/host');
  return loadPlugins(process.cwd(), plugin);
}
