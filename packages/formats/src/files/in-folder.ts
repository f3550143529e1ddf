import { mkdir, rmdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Creates a folder, and those above it, and does something in it. If that fails, the folders that were created for it and
 * are still empty are gone again.
 */
export async function inFolder<T>(path: string, action: () => Promise<T>): Promise<T> {
  const outermost = await mkdir(path, { recursive: true });
  try {
    return await action();
  } catch (error) {
    if (outermost !== undefined) await removeEmpty(resolve(path), resolve(outermost));
    throw error;
  }
}

/** Removes a folder and those above it, up to `outermost`, as far as they are empty. */
async function removeEmpty(path: string, outermost: string): Promise<void> {
  const removed = await rmdir(path).then(
    () => true,
    () => false,
  );
  if (removed && path !== outermost) await removeEmpty(dirname(path), outermost);
}
